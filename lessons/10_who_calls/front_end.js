// The shop's own script: it asks its own server, so the browser adds the cookie by itself.
const main = document.querySelector("main");
const answer = document.createElement("p");
answer.setAttribute("aria-live", "polite");

function button(text, page) {
  const made = document.createElement("button");
  made.textContent = text;
  made.addEventListener("click", async () => {
    const response = await fetch(page);
    answer.textContent = `${response.status} ${await response.text()}`;
  });
  const line = document.createElement("p");
  line.append(made);
  main.append(line);
}

button("Script: load my orders", "/api/orders");
button("Script: ask for the stock", "/api/stock");
main.append(answer);
