// Careless: the token lies in localStorage, where every script of this site's pages can read it.
async function keepToken() {
  const answer = await fetch("/api/token");
  localStorage.setItem("token", (await answer.json()).access_token);
  const said = document.createElement("p");
  said.textContent = "A token is in localStorage.";
  document.querySelector("main").append(said);
}

keepToken();
