#pragma once
// A small but complete archive, for the tests of this folder.

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include "libsafety/archive/index.hpp"
#include "libsafety/archive/row_digest.hpp"
#include "libsafety/archive/writer.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/os/file.hpp"
#include "tests/testing/testing.hpp"

namespace safety::archive {

using testing::quiet_context;
using testing::error_of;

inline constexpr std::array kAllCodecs{Codec::plain, Codec::gzip, Codec::zstd};

/// Names the cases of suites over kAllCodecs.
inline std::string name_of_case(const ::testing::TestParamInfo<Codec>& info) { return std::string(name_of(info.param)); }

/// What is thrown inside `act` as its code; success when nothing is.
template <typename Act>
Code code_of(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return error.code();
  }
  return Code::success;
}

/// Rows as COPY writes them, the same for the same arguments.
inline std::string make_rows(std::string_view tag, int from, int count) {
  std::string rows;
  for (int i = from; i < from + count; ++i)
    rows += std::to_string(i) + "\t" + std::string(tag) + std::to_string(i % 1000 * 919 % 1000) + "\n";
  return rows;
}

inline void append_rows(Writer& writer, Codec codec, std::int32_t table, const std::string& rows, Index& index) {
  std::string frame;
  Compressor(codec, default_level(codec)).compress(rows, frame);
  RowDigest digest;
  digest.add_rows(rows);
  writer.append_rows(table, frame, rows.size(), digest.rows());
  Table& entry = index.tables.at(static_cast<std::size_t>(table));
  entry.rows += digest.rows();
  entry.plain_bytes += rows.size();
}

inline Table make_table(std::string name) {
  Table table;
  table.schema = "public";
  table.name = std::move(name);
  table.columns = {"id", "word"};
  return table;
}

/// Two tables whose frames come interleaved, an empty one, and one frame of each kind of text.
inline WrittenArchive write_sample_archive(std::shared_ptr<os::OutputFile> file, Codec codec) {
  Index index;
  index.id = "20261122_233550";
  index.database = "shop";
  for (const char* name : {"users", "orders", "empty"}) index.tables.push_back(make_table(name));
  const std::string users1 = make_rows("u", 0, 300), users2 = make_rows("v", 300, 200);
  const std::string orders = make_rows("o", 0, 400);
  RowDigest users_digest, orders_digest;
  users_digest.add_rows(users1);
  users_digest.add_rows(users2);
  orders_digest.add_rows(orders);
  index.tables[0].digest = users_digest.hex();
  index.tables[1].digest = orders_digest.hex();
  index.tables[2].digest = RowDigest().hex();

  Writer writer(std::move(file), codec, default_level(codec));
  writer.append(Role::envelope, "SET client_encoding = 'UTF8';\nBEGIN;\n");
  writer.append(Role::pre_data, "CREATE TABLE users (id int, word text);\nCREATE TABLE orders (id int, word text);\n");
  writer.declare_table(0, "COPY public.users (id, word) FROM stdin;\n");
  writer.declare_table(1, "COPY public.orders (id, word) FROM stdin;\n");
  writer.declare_table(2, "COPY public.empty (id, word) FROM stdin;\n");
  append_rows(writer, codec, 0, users1, index);
  append_rows(writer, codec, 1, orders, index);
  append_rows(writer, codec, 0, users2, index);
  writer.append(Role::sequences, "SELECT pg_catalog.setval('public.users_id_seq', 500, true);\n");
  writer.append(Role::post_data, "CREATE INDEX users_word ON users (word);\n");
  writer.append(Role::envelope, "COMMIT;\n");
  return writer.commit(index);
}

inline WrittenArchive write_sample_archive(const std::filesystem::path& path, Codec codec) {
  return write_sample_archive(std::make_shared<os::AtomicFile>(path), codec);
}

/// The text that write_sample_archive's frames hold, up to the index.
inline std::string sample_script() {
  return "SET client_encoding = 'UTF8';\nBEGIN;\n"
         "CREATE TABLE users (id int, word text);\nCREATE TABLE orders (id int, word text);\n"
         "COPY public.users (id, word) FROM stdin;\n" +
         make_rows("u", 0, 300) + "\\.\n\nCOPY public.orders (id, word) FROM stdin;\n" + make_rows("o", 0, 400) +
         "\\.\n\nCOPY public.users (id, word) FROM stdin;\n" + make_rows("v", 300, 200) +
         "\\.\n\nSELECT pg_catalog.setval('public.users_id_seq', 500, true);\n"
         "CREATE INDEX users_word ON users (word);\nCOMMIT;\n";
}

/// Standard output of a shell command and its exit status.
struct Output {
  std::string text;
  int status = -1;
};
inline Output run(const std::string& command) {
  Output output;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[65536];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.text.append(buffer, got);
  const int status = ::pclose(pipe);
  output.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return output;
}

}  // namespace safety::archive
