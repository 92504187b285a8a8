// A login with Express, express-session and Passport. `node express_peer.js PORT`
// The session is kept where express-session keeps it by default: in the memory of the process.
'use strict';

const crypto = require('node:crypto');
const express = require('express');
const session = require('express-session');
const passport = require('passport');
const LocalStrategy = require('passport-local');

const salt = crypto.randomBytes(16);
const hash = (password, done) => crypto.pbkdf2(password, salt, 310000, 32, 'sha256', done);
const users = new Map();

passport.use(new LocalStrategy((username, password, done) => {
  const user = users.get(username);
  if (!user) return done(null, false);
  hash(password, (error, hashed) => {
    if (error) return done(error);
    done(null, crypto.timingSafeEqual(user.hashed, hashed) && user);
  });
}));
passport.serializeUser((user, done) => done(null, user.name));
passport.deserializeUser((name, done) => done(null, users.get(name) || false));

const app = express();
const secret = crypto.randomBytes(32).toString('hex');
app.use(express.urlencoded({ extended: false }));
app.use(session({ secret, resave: false, saveUninitialized: false }));
app.use(passport.session());

function loginRequired(request, response, next) {
  if (request.isAuthenticated()) return next();
  response.sendStatus(401);
}

app.get('/', (request, response) => response.send('Hello'));

app.post('/login', passport.authenticate('local'), (request, response) => {
  request.session.word = '';
  response.redirect(303, '/');
});

app.get('/api/me', loginRequired, (request, response) => {
  response.json({ user: request.user.name, word: request.session.word });
});

hash('wonderland', (error, hashed) => {
  if (error) throw error;
  users.set('alice', { name: 'alice', hashed });
  app.listen(Number(process.argv[2]), '127.0.0.1');
});
