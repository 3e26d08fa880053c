// Boost.Process v2 of Boost 1.81 to 1.85 is compiled by its user, once: here. From 1.86 it is a library of its own.
#include <boost/version.hpp>
#if BOOST_VERSION < 108600
#include <boost/process/v2/src.hpp>
#endif
