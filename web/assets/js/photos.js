// Photos are made smaller on the phone before they are sent; the server does the same again for everybody else.
const LONG_SIDE = 2048;
const QUALITY = 0.82;

async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  const lighter = blob && blob.size < file.size;
  const name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
  return { canvas, file: lighter ? new File([blob], name, { type: "image/jpeg" }) : file };
}

/** Shows the chosen photos of a form, each with a button to remove it, and replaces them by smaller ones. */
export function photos(list) {
  const input = list.querySelector("input[type=file]");
  const tile = input.closest("li");
  const state = list.parentElement.querySelector("[data-photo-state]");
  const chosen = [];
  // The field always holds what would be sent now, so that the form may be sent at any moment.
  const sync = () => {
    const files = new DataTransfer();
    for (const one of chosen) files.items.add(one.file);
    input.files = files.files;
    if (state) state.textContent = chosen.length ? `${list.dataset.chosenCount} ${chosen.length}` : "";
  };
  const add = async (file) => {
    const item = document.createElement("li");
    const one = { file };
    chosen.push(one);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "rm";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `${list.dataset.remove} ${file.name}`);
    remove.addEventListener("click", () => {
      chosen.splice(chosen.indexOf(one), 1);
      item.remove();
      sync();
      input.focus();
    });
    item.append(remove);
    tile.before(item);
    sync();
    try {
      const made = await smaller(file);
      made.canvas.setAttribute("role", "img");
      made.canvas.setAttribute("aria-label", file.name);
      item.prepend(made.canvas);
      one.file = made.file;
    } catch {
      // What the browser cannot draw goes as it is; the server says what is wrong with it.
      item.prepend(Object.assign(document.createElement("span"), { className: "fn", textContent: file.name }));
    }
    if (chosen.includes(one)) sync();
    item.dataset.chosen = "yes";
  };
  input.addEventListener("change", async () => {
    const added = [...input.files];
    sync();
    // One after the other: a phone has little memory for pictures.
    for (const file of added) await add(file);
  });
}
