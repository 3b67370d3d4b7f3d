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

/** Shows the chosen photos of a form and replaces them by smaller ones. */
export function photos(list) {
  const input = list.querySelector("input[type=file]");
  const tile = input.closest("li");
  input.addEventListener("change", async () => {
    for (const old of list.querySelectorAll("li[data-chosen]")) old.remove();
    const chosen = new DataTransfer();
    for (const file of input.files) {
      const item = document.createElement("li");
      item.dataset.chosen = "yes";
      try {
        const made = await smaller(file);
        made.canvas.setAttribute("role", "img");
        made.canvas.setAttribute("aria-label", file.name);
        item.append(made.canvas);
        chosen.items.add(made.file);
      } catch {
        // What the browser cannot draw goes as it is; the server says what is wrong with it.
        item.textContent = file.name;
        chosen.items.add(file);
      }
      tile.before(item);
    }
    input.files = chosen.files;
  });
}
