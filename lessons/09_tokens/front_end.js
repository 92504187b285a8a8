// A front end: it keeps the token in localStorage, where every script of this page can read it.
const main = document.querySelector("main");
const answer = document.createElement("p");
answer.setAttribute("aria-live", "polite");

function button(text, act) {
  const made = document.createElement("button");
  made.textContent = text;
  made.addEventListener("click", async () => (answer.textContent = await act()));
  const line = document.createElement("p");
  line.append(made);
  main.append(line);
}

async function askForToken() {
  const form = new URLSearchParams({ username: "alice", password: "wonderland" });
  const response = await fetch("/api/token", { method: "POST", body: form });
  localStorage.setItem("token", (await response.json()).access_token);
  return "The token is in localStorage now.";
}

async function askWhoIAm() {
  const token = localStorage.getItem("token");
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const response = await fetch("/api/me", { headers });
  return `${response.status} ${await response.text()}`;
}

function forgetToken() {
  localStorage.removeItem("token");
  return "The token is gone from localStorage.";
}

button("Script: log in as alice", askForToken);
button("Script: ask who I am", askWhoIAm);
button("Script: forget the token", forgetToken);
main.append(answer);
