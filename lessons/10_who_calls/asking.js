// A script of another origin: it asks for what the page's link leads to, in two ways.
const main = document.querySelector("main");
const orders = main.querySelector("a").href;
const answer = document.createElement("p");
answer.setAttribute("aria-live", "polite");

async function ask(credentials) {
  try {
    const response = await fetch(orders, { credentials });
    return `The script reads: ${response.status} ${await response.text()}`;
  } catch (error) {
    return `The script reads nothing. ${error}`;
  }
}

for (const credentials of ["same-origin", "include"]) {
  const made = document.createElement("button");
  made.textContent = `credentials: ${credentials}`;
  made.addEventListener("click", async () => (answer.textContent = await ask(credentials)));
  const line = document.createElement("p");
  line.append(made);
  main.append(line);
}
main.append(answer);
