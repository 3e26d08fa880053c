-- expect: drop-sequence:2
DROP SEQUENCE IF EXISTS "Invoice_number_seq";
