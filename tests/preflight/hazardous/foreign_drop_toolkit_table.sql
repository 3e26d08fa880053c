-- expect: foreign-object-drop:2
DROP TABLE "safety"."checkpoint";
