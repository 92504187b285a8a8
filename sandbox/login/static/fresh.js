// A browser may keep a whole page alive for its Back button, even a page it must not store.
// Such a page is a picture of the past: ask the server again who is asking.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.replace(location.href);
});
