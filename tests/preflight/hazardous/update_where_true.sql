-- expect: update-without-where:2
UPDATE users SET active = false WHERE true;
