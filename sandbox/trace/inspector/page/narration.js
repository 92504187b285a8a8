// What happens at a stage and why, in one sentence, and what its outcome means.

import { html } from "./dom.js";
import { isRefused } from "./requests.js";
import { chosenStage } from "./source.js";

const ARRIVED = "The request has arrived as text. Nothing in it is checked yet.";

export const STAGES = {
  check_host: "The server answers only for its own names, so that no foreign name leads here.",
  refuse_cross_site: "Before anything is changed, the server asks from which site's page the request comes.",
  read_cookie: "The server looks for its ticket in the Cookie header: a browser sends it unasked.",
  check_signature: "The stamp vouches for a ticket: the server computes it again with its key and compares.",
  look_up_session: "The ticket names a session; only the store knows whether there is one, and whose it is.",
  check_limits: "A session ends when it has been silent, or has lasted, too long: a ticket must not open for ever.",
  find_user: "The session names a user; the server looks whether there is such an account.",
  guard: "The guard lets in whoever was recognised; others are sent to the login, an API call gets a 401.",
  throttle: "Guessing is slowed down: after some failures a name has to wait.",
  check_password: "The password is hashed and compared with the stored hash: the password itself is kept nowhere.",
  open_session: "A login gets a row with a fresh random id, so that an id known from before opens nothing.",
  sign_session_id: "The server puts its stamp below id and time, so that nobody else can make such a ticket.",
  set_cookie: "Set-Cookie asks the browser to keep the ticket and to send it along from now on.",
  write_word: "The word belongs into the row of the session: the server keeps it, not the cookie.",
  close_session: "The row has to go: without it a ticket opens nothing, though its stamp stays valid.",
  clear_cookie: "Set-Cookie with Max-Age=0 asks the browser to drop the ticket; that the row is gone counts.",
  read_bearer: "The server looks for a token in the Authorization header: a program puts it there.",
  check_token: "The server computes the token's signature again and reads its claims: no store is asked.",
  sign_token: "The server signs the claims: whoever holds the token is that user until it expires.",
};

export const REASONS = {
  NO_COOKIE: "no ticket came: a stranger.",
  NO_TOKEN: "no token came: nobody is recognised.",
  MALFORMED: "this has not the three parts of ours, so there is nothing to compute.",
  BAD_SIGNATURE: "no key of ours makes this stamp, so nothing that it says is believed.",
  EXPIRED: "the stamp is ours, but its time is over.",
  UNKNOWN_SESSION: "the stamp is ours, but there is no such session any more.",
  IDLE_TIMEOUT: "nobody came with it for too long.",
  ABSOLUTE_TIMEOUT: "the session has lasted as long as any may.",
  UNKNOWN_USER: "the account is gone.",
  BAD_CREDENTIALS: "name and password do not fit; which of them is not said.",
  THROTTLED: "too many failures: wait, even with the right password.",
  CROSS_SITE: "another site's page has sent this.",
  FOREIGN_HOST: "this name is not ours.",
  STORE_DOWN: "the store does not answer, so nobody can be recognised.",
  CRASHED: "our own code has failed: an error, no decision.",
};

export function drawNarration(request, diagram) {
  const line = html("p", { class: "narration" });
  const tell = () => line.replaceChildren(...told(chosenStage(request) ?? telling(request)));
  diagram.addEventListener("chosen", tell);
  tell();
  return line;
}

// The stage that has refused, or the newest.
function telling({ stages, response }) {
  return stages.find(({ outcome }) => isRefused(outcome ?? "…") && outcome === response?.verdict) ?? stages.at(-1);
}

function told(stage) {
  if (!stage) return [ARRIVED];
  const { stage: name, outcome = "…", evidence } = stage;
  const words = ` ${STAGES[name] ?? evidence?.says ?? ""} `;
  return [html("b", {}, name), words, html("span", isRefused(outcome) ? { class: "refused" } : {}, ...verdict(outcome))];
}

function verdict(outcome) {
  if (outcome === "…") return [];
  const bad = isRefused(outcome);
  const code = html("span", { class: "code" }, `${bad ? "✗" : "✓"} ${outcome}`);
  return bad && REASONS[outcome] ? [code, `: ${REASONS[outcome]}`] : [code];
}
