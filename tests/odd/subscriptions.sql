-- Subscriptions that never connect. A database with one cannot be dropped before it is dropped (see README.md), and
-- CREATE DATABASE ... TEMPLATE does not copy it.
CREATE SUBSCRIPTION safety_odd_subscription CONNECTION 'host=/nonexistent dbname=''a b'' application_name=safety_odd'
  PUBLICATION one, "two; three" WITH (connect = false, slot_name = NONE, synchronous_commit = 'off', binary = true, streaming = true);
COMMENT ON SUBSCRIPTION safety_odd_subscription IS 'subscription comment';
CREATE SUBSCRIPTION "safety_odd ""quoted""" CONNECTION 'host=/nonexistent' PUBLICATION one
  WITH (connect = false, slot_name = NONE, two_phase = true, disable_on_error = true);
CREATE TABLE public.t (id integer PRIMARY KEY);
INSERT INTO public.t VALUES (1);
