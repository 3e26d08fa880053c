#include "tests/testing/testing.hpp"
