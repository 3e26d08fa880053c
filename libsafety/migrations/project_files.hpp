#pragma once
// Files of a project: reading with an error that says what for, and the patterns that Drizzle's `schema` takes.

#include <filesystem>
#include <string>
#include <vector>

namespace safety::migrations {

/// Names in a folder, sorted by their bytes. Errors: storage when it cannot be read.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

/// Files below `folder` that end in `extension`, at any depth, sorted; not in node_modules or hidden folders.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder, const std::string& extension);

/// "a{b,c}d" as "abd" and "acd".
std::vector<std::string> expand_braces(const std::string& pattern);

/// The files that a pattern names, sorted: *, ?, [abc], {a,b}, ** for any folders. Without any of these the path itself when it is there.
std::vector<std::filesystem::path> files_of_pattern(const std::filesystem::path& folder, const std::string& pattern);

}  // namespace safety::migrations
