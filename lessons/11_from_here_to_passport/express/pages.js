// The pages of server.js. None repeats what a visitor typed, so nothing has to be escaped.
'use strict';

const field = (name, label, type) => `<p>
        <label for="${name}">${label}</label>
        <input id="${name}" name="${name}" type="${type}" autocomplete="off" required>
      </p>`;

const form = (action, button, ...fields) => `<form method="post" action="${action}">
      ${[...fields, `<p><button class="main">${button}</button></p>`].join('\n      ')}
    </form>`;

const page = (heading, ...parts) => `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${heading} · Login Sandbox</title>
  <link rel="icon" href="/static/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/static/style.css">
</head>
<body>
  <header><nav aria-label="Site"><a href="/">Home</a> <a href="/profile">Profile</a></nav></header>
  <main id="main">
    ${[`<h1>${heading}</h1>`, ...parts].join('\n    ')}
  </main>
</body>
</html>
`;

const LINK = '<p><a href="/login">Log in</a></p>';
const NAME = field('username', 'Name', 'text');
const LOG_IN = form('/login', 'Log in', NAME, field('password', 'Password', 'password'));
const LOG_OUT = form('/logout', 'Log out');

module.exports = { LINK, LOG_IN, LOG_OUT, page };
