-- expect: vacuum-full:2
CLUSTER users USING users_pkey;
