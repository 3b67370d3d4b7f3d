// Keeps what was typed on this device until it is sent; signing out clears it.
// A draft belongs to an account and an address, so that nobody else on the device meets it.
const FIELDS = "input[type=text],input[type=date],input[type=time],input[type=number],input[type=radio],input[type=checkbox],select,textarea";
// Consent and the secrecy declaration are given anew each time; photos that were sent already are the server's.
const NEVER = new Set(["photo_consent", "secrecy", "kept_photo"]);
const SENT = "draft-sent";

const ticked = (field) => field.type === "radio" || field.type === "checkbox";

function initial(field) {
  if (ticked(field)) return field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0]?.value;
  return field.defaultValue;
}

function typed(fields) {
  const values = {};
  for (const field of fields) {
    if (field.type === "radio") {
      if (field.checked && !field.defaultChecked) values[field.name] = field.value;
    } else if (field.type === "checkbox") {
      if (field.checked !== field.defaultChecked) values[field.name] = field.checked;
    } else if (field.value !== initial(field)) {
      values[field.name] = field.value;
    }
  }
  return values;
}

function restore(fields, kept) {
  for (const field of fields) {
    if (!(field.name in kept)) continue;
    const value = kept[field.name];
    if (field.type === "radio") field.checked = field.value === value;
    else if (field.type === "checkbox") field.checked = value === true;
    else field.value = value;
    // A chosen kind that is folded away would look lost.
    if (field.checked) field.closest("details")?.setAttribute("open", "");
  }
}

/** Restores an unsent form and keeps it while it is typed. */
export function draft(form) {
  const key = `draft:${form.dataset.draft}:${location.pathname}`;
  const fields = [...form.querySelectorAll(FIELDS)].filter((field) => field.name && !NEVER.has(field.name));
  const state = document.querySelector("[data-draft-state]");
  const say = (time) => {
    if (state) state.textContent = time ? `${state.dataset.saved} ${time}` : "";
  };
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(key) ?? "{}");
  } catch {
    localStorage.removeItem(key);
  }
  // The server's own answer to a refused form is newer than the draft.
  if (!document.querySelector(".errsum") && kept.values) {
    restore(fields, kept.values);
    say(kept.time);
  }
  form.addEventListener("input", () => {
    const values = typed(fields);
    const some = Object.keys(values).length > 0;
    const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    if (some) localStorage.setItem(key, JSON.stringify({ values, time }));
    else localStorage.removeItem(key);
    say(some && time);
  });
  form.addEventListener("submit", () => sessionStorage.setItem(SENT, key));
}

/** Forgets the draft whose form was sent: the page says that it arrived. */
export function sent() {
  const key = sessionStorage.getItem(SENT);
  if (key) localStorage.removeItem(key);
  sessionStorage.removeItem(SENT);
}

/** Forgets every draft on this device. */
export function forget() {
  for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) localStorage.removeItem(key);
  sessionStorage.removeItem(SENT);
}
