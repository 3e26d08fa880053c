-- expect: foreign-object-drop:2
DROP SCHEMA "safety";
