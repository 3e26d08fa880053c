#pragma once
// The version, said once: CMakeLists.txt reads it from here.

namespace safety {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace safety
