// Keys of the page's own: not while somebody types, and space not where it presses a button.

const TYPING = "input, textarea, select, [contenteditable]";
const PRESSED_BY_SPACE = "button, a, summary, [role=button]";

export function onKey(key, act) {
  document.addEventListener("keydown", (event) => {
    const isOurs = event.key === key && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!isOurs || event.target.closest(key === " " ? `${TYPING}, ${PRESSED_BY_SPACE}` : TYPING)) return;
    event.preventDefault();
    if (!event.repeat) act();
  });
}
