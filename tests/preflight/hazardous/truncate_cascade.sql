-- expect: truncate:2 truncate-cascade:2
truncate table "media" cascade;
