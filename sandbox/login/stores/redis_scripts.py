"""The scripts of the Redis store, in Lua. Redis runs each as a whole: nothing comes between.

`session:<id>` is the row, a hash that Redis drops by itself when no cookie can reach it any more.
`sessions_of:<user>` and `sessions_by_age` list ids; an id without its row counts for nothing.
"""

from __future__ import annotations

FUNCTIONS = """
local function row(id) return 'session:' .. id end
local function is_of(user, id) return redis.call('HGET', row(id), 'user') == user end
local function put(ttl, command, key, ...)
  redis.call(command, key, ...)
  redis.call('EXPIRE', key, ttl)
end
local function keep(ttl, id, began, list_of_user, ...)
  put(ttl, 'ZADD', 'sessions_by_age', began, id)
  if list_of_user ~= '' then put(ttl, 'SADD', list_of_user, id) end
  redis.call('DEL', row(id))  -- rows come last: if a list is spoiled, no row was changed
  put(ttl, 'HSET', row(id), ...)
end
local function forget(id)
  local user = redis.call('HGET', row(id), 'user')
  local ended = redis.call('DEL', row(id))
  redis.call('ZREM', 'sessions_by_age', id)
  if user then redis.call('SREM', 'sessions_of:' .. user, id) end
  return ended
end
"""
# Keep a new row; 0: its id is in use.
CREATE = """
if redis.call('EXISTS', row(ARGV[2])) == 1 then return 0 end
keep(unpack(ARGV))
return 1
"""
# Note a later time in a row that is there.
TOUCH = """
local noted = redis.call('HGET', row(ARGV[1]), 'seen')
if not noted then return 0 end
if tonumber(ARGV[2]) > tonumber(noted) then redis.call('HSET', row(ARGV[1]), 'seen', ARGV[2]) end
return 1
"""
# Write fields into a row that is there.
WRITE = """
if redis.call('EXISTS', row(ARGV[1])) == 0 then return 0 end
if ARGV[2] then redis.call('HSET', row(ARGV[1]), unpack(ARGV, 2)) end
return 1
"""
# Keep a new row with the old one's word, and forget the old one; -1: the new id is in use.
REPLACE = """
local old, new = ARGV[1], ARGV[3]
local word = redis.call('HGET', row(old), 'word')
if not word then return 0 end
if new ~= old and redis.call('EXISTS', row(new)) == 1 then return -1 end
keep(unpack(ARGV, 2))
redis.call('HSET', row(new), 'word', word)
if new ~= old then forget(old) end
return 1
"""
# Forget one row.
DELETE = "return forget(ARGV[1])"
# Every row of a user, with its id. An id whose row has expired leaves the list.
ALL_OF = """
local list, found = 'sessions_of:' .. ARGV[1], {}
for _, id in ipairs(redis.call('SMEMBERS', list)) do
  if is_of(ARGV[1], id) then found[#found + 1] = {id, redis.call('HGETALL', row(id))}
  else redis.call('SREM', list, id) end
end
return found
"""
# Forget every row of a user; how many there were.
DELETE_ALL_OF = """
local list, ended = 'sessions_of:' .. ARGV[1], 0
for _, id in ipairs(redis.call('SMEMBERS', list)) do
  if is_of(ARGV[1], id) then ended = ended + forget(id) end
end
redis.call('DEL', list)
return ended
"""
# Forget every row that began before; how many there were.
SWEEP = """
local ended = 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', 'sessions_by_age', '-inf', '(' .. ARGV[1])) do
  ended = ended + forget(id)
end
return ended
"""
ALL = (CREATE, TOUCH, WRITE, REPLACE, DELETE, ALL_OF, DELETE_ALL_OF, SWEEP)
