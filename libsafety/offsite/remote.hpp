#pragma once
// Where off-site copies lie: a remote of rclone, as a person writes it, taken apart so that no secret of it reaches a command
// line, a log or an error. Source: OFFSITE.md, https://rclone.org/docs/#syntax-of-remote-paths.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace safety::offsite {

/// After a lost connection: so many more attempts without any progress, after pauses that double.
struct Retries {
  unsigned count = 5;
  std::chrono::milliseconds first_pause{1000};
};

struct Remote {
  std::string address;  // what rclone is told: "b2:bucket/path", "/mnt/nas"
  std::string shown;    // what people are told: a connection string without its parameters
  /// A connection string's parameters, as rclone reads them from variables: anybody may read a command line.
  std::map<std::string, std::string> environment;
  std::vector<std::string> secrets;    // values that no text may hold
  std::filesystem::path config;        // rclone.conf; empty: the one that rclone takes by itself
  std::string bandwidth_limit;         // as --bwlimit takes it: "10M", "08:00,512k 19:00,off"; empty: none
  Retries retries;

  /// The address of a file there.
  std::string address_of(const std::string& name) const;
  /// For people.
  std::string shown_of(const std::string& name) const;
  /// The text with each secret, and each password in a URL, replaced by **redacted**.
  std::string redact(std::string text) const;
};

/// "NAME:path" of rclone.conf, ":backend,parameter=value:path", "NAME,parameter=value:path", or an absolute path.
/// Errors: usage for anything else; it does not repeat the text, which may hold a secret.
Remote parse_remote(const std::string& text);

/// rclone.conf may name commands that rclone runs. Errors: config when others can write the one that will be read; storage when one
/// that was named is missing.
void check_trust(const Remote& remote);

}  // namespace safety::offsite
