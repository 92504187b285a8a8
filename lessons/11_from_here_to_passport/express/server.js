// The login of lesson 11 with Express, express-session and Passport.
// It takes PORT and SESSION_SECRET from the environment, and ends when its standard input ends.
'use strict';

const crypto = require('node:crypto');
const path = require('node:path');
const express = require('express');
const session = require('express-session');
const jwt = require('jsonwebtoken');
const passport = require('passport');
const { Strategy: BearerStrategy } = require('passport-http-bearer');
const { Strategy: LocalStrategy } = require('passport-local');
const { LINK, LOG_IN, LOG_OUT, page } = require('./pages');

const SESSION_SECRET = process.env.SESSION_SECRET || crypto.randomBytes(32).toString('hex');
const TOKEN_SECRET = crypto.randomBytes(32);
const TOKEN_LIFETIME = 15 * 60; // seconds
const COOKIE = { httpOnly: true, sameSite: 'lax' };
const SESSION = { secret: SESSION_SECRET, cookie: COOKIE, resave: false, saveUninitialized: false };
const SCRYPT = { N: 2 ** 14, r: 8, p: 5 }; // OWASP Password Storage Cheat Sheet
const STYLE = path.join(__dirname, '../../../sandbox/login/static');
const WRONG = 'The name and the password do not belong together.';

// What a server keeps of a password: a salt and a hash. Neither opens anything.
const kept = (name, salt, hash) =>
  [name, { name, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }];
const users = new Map([
  kept('alice', 'kc5LfEhtZCc7UWWYK/heFg==', 'tbBYVBcjFU6ZTG4FNku5HA2vE27Uzuu+TeBRbRX0h3s='),
  kept('bob', '13r1No0V82GuXteh1gklYw==', 'Rb6AAggBPwme0/GJt8h1PvNtB4+3hvRmaZ80weveqjQ='),
]);
const NOBODY = { salt: crypto.randomBytes(16), hash: crypto.randomBytes(32) };

passport.use(new LocalStrategy((name, password, done) => {
  const user = users.get(name);
  const { salt, hash } = user || NOBODY; // an unknown name takes as long as a known one
  crypto.scrypt(password, salt, hash.length, SCRYPT, (error, computed) => {
    if (error) return done(error);
    done(null, crypto.timingSafeEqual(computed, hash) && user);
  });
}));

passport.use(new BearerStrategy((token, done) => {
  jwt.verify(token, TOKEN_SECRET, { algorithms: ['HS256'] }, (error, claims) => {
    done(null, !error && users.get(claims.sub));
  });
}));

// The session keeps only the name; the user is looked up again at each request.
passport.serializeUser((user, done) => done(null, user.name));
passport.deserializeUser((name, done) => done(null, users.get(name) || false));

function guard(request, response, next) {
  if (request.isAuthenticated()) return next();
  response.redirect(303, `/login?next=${request.path}`);
}

const app = express();
app.use('/static', express.static(STYLE));
app.use((request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
});
app.use(express.urlencoded({ extended: false }));
app.use(session(SESSION));
app.use(passport.session());

app.get('/', ({ user }, response) => {
  response.send(user ? page(`Hello ${user.name}`, LOG_OUT) : page('Hello stranger', LINK));
});

app.get('/login', (request, response) => response.send(page('Log in', LOG_IN)));

// The profile is the only guarded page, so a login leads there, and `next` need not be followed.
app.post('/login', passport.authenticate('local', { failWithError: true }),
  (request, response) => response.redirect(303, '/profile'),
  (error, request, response, next) => {
    if (error.name !== 'AuthenticationError') return next(error);
    response.status(401).send(page('Not logged in', `<p>${WRONG}</p>`, LOG_IN));
  });

app.get('/profile', guard, ({ user }, response) => {
  response.send(page(`The profile of ${user.name}`, LOG_OUT));
});

// request.logout() would begin another session in the place of this one; here none is left.
app.post('/logout', (request, response, next) => request.session.destroy((error) => {
  if (error) return next(error);
  response.clearCookie('connect.sid', COOKIE).redirect(303, '/');
}));

app.post('/api/token', passport.authenticate('local', { session: false }), ({ user }, response) => {
  const options = { algorithm: 'HS256', subject: user.name, expiresIn: TOKEN_LIFETIME };
  const token = jwt.sign({}, TOKEN_SECRET, options);
  response.json({ access_token: token, token_type: 'Bearer', expires_in: TOKEN_LIFETIME });
});

app.get('/api/me', passport.authenticate('bearer', { session: false }), ({ user }, response) => {
  response.json({ user: user.name });
});

const server = app.listen(Number(process.env.PORT || 0), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`listening on ${server.address().port}`);
});
process.stdin.on('end', () => process.exit()).resume(); // whoever started it is gone
