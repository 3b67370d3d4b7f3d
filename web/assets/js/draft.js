// Keeps what was typed on this device until it is sent; signing out clears it.
const TEXT = "input[type=text],input[type=date],input[type=time],input[type=number],textarea";

/** Restores an unsent form and keeps it while it is typed. */
export function draft(form) {
  const key = `draft:${location.pathname}`;
  const fields = [...form.querySelectorAll(TEXT)].filter((field) => field.name);
  const refused = document.querySelector(".errsum");
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(key) ?? "{}");
  } catch {
    localStorage.removeItem(key);
  }
  // The server's own answer to a refused form is newer than the draft.
  if (!refused) for (const field of fields) if (kept[field.name]) field.value = kept[field.name];
  const save = () => {
    const typed = Object.fromEntries(fields.filter((field) => field.value !== field.defaultValue).map((field) => [field.name, field.value]));
    if (Object.keys(typed).length) localStorage.setItem(key, JSON.stringify(typed));
    else localStorage.removeItem(key);
  };
  form.addEventListener("input", save);
}

/** Forgets the drafts: the page says that something was sent. */
export function sent() {
  for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) localStorage.removeItem(key);
}
