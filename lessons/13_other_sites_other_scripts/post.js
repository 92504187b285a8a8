// A script of bob's page: it sends what the form sends, and tries to read the answer.
const form = document.querySelector("form");
const button = document.createElement("button");
const said = document.createElement("p");

async function send() {
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "include" });
    said.textContent = await answer.text();
  } catch {
    said.textContent = "This script may not read the answer.";
  }
}

button.textContent = "Take it by script";
button.addEventListener("click", send);
document.querySelector("main").append(button, said);
