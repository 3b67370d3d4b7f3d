// Small helps beside fields; without them the fields work as any other.

/** Buttons that count up and down beside a number. */
export function counter(box) {
  const input = box.querySelector("input");
  const step = (by, sign, words) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", `${words} ${input.labels[0]?.textContent.trim() ?? ""}`);
    button.addEventListener("click", () => {
      input.value = Math.max(0, (parseInt(input.value, 10) || 0) + by);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return button;
  };
  box.prepend(step(-1, "−", box.dataset.less));
  box.append(step(1, "+", box.dataset.more));
  box.classList.add("on");
}

/** A tick that shows the password. */
export function reveal(line) {
  const field = document.getElementById(line.dataset.reveal);
  const tick = line.querySelector("input");
  line.hidden = false;
  tick.addEventListener("change", () => {
    field.type = tick.checked ? "text" : "password";
  });
  // A password is never left readable on the way out.
  field.form.addEventListener("submit", () => {
    field.type = "password";
  });
}
