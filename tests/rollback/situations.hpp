#pragma once
// Situations made by hand, each with a name: what golden files are made of.

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "libsafety/rollback/ways.hpp"

namespace safety::rollback {

using migrations::Owner;

inline schema::Change change(const std::string& words, const std::string& sql, bool loses_data = false) {
  schema::Change one;
  one.words = words;
  one.sql = sql;
  one.loses_data = loses_data;
  return one;
}

/// A checkpoint with a clone and an archive, and nothing that is different.
inline Situation quiet() {
  Situation one;
  one.database = "shop";
  one.checkpoint = "shop_20261126_122336";
  one.label = "before-v43";
  one.taken = "2026-11-26T12:23:36.120Z";
  one.age_seconds = 2 * 3600 + 600;
  one.undo.emplace();
  one.has_clone = true;
  one.clone = "shop__clone_20261126_122336";
  one.has_archive = true;
  one.archive = "/srv/backups/shop_20261126_122336.sql.zst";
  one.proof = "L4";
  one.undo_price = {0.151, true, "measured 3 times here, last 2026-11-26"};
  one.swap_price = {0.117, true, "measured 12 times here, last 2026-11-25"};
  one.restore_price = {0.117, true, "measured 12 times here, last 2026-11-25"};
  one.restore_total_seconds = 245;
  return one;
}

inline Situation lossless() {
  auto one = quiet();
  one.migrations = {{"prisma", "20260213120000_add_province", "applied", "2026-11-26 12:24:01.5+00"}};
  one.changes = {change("column public.locations.province added: text", "ALTER TABLE public.locations ADD COLUMN province text;"),
                 change("index public.locations_province_idx on public.locations added: USING btree (province)", "CREATE INDEX locations_province_idx ON public.locations USING btree (province);")};
  one.undo->changes = one.changes;
  one.undo->effects = {{"column public.locations.province is dropped: it has no values", undo::Loss::lossless, "", ""},
                       {"index public.locations_province_idx is dropped", undo::Loss::lossless, "", ""}};
  one.undo->sql = "ALTER TABLE public.locations DROP COLUMN province;\n";
  one.written = {{"public.locations", Owner::prisma, 30000, 30040, 40, true}, {"public.calls", Owner::drizzle, 812, 815, 3, true}};
  return one;
}

inline Situation lossy(const std::vector<Written>& written) {
  auto one = quiet();
  one.migrations = {{"prisma", "20260213130000_drop_phone", "applied", "2026-11-26 12:24:01.5+00"}};
  one.changes = {change("column public.users.phone dropped", "ALTER TABLE public.users DROP COLUMN phone;", true)};
  one.undo->changes = one.changes;
  one.undo->effects = {{"column public.users.phone comes back with 4,000 values", undo::Loss::lossy, "12 rows of public.users written since get NULL in phone",
                        "`--fill public.users.phone='unknown'` gives them a value."},
                       {"column public.users.nickname is dropped", undo::Loss::lossy, "37 values of public.users.nickname are moved to safety_lost.users_nickname_20261126_143000", ""}};
  one.undo->renames = {"column public.users.mail was public.users.email"};
  one.undo->rows_to_move = 4012;
  one.undo_price = {1.4, false, "4,012 rows to move at 3,000 a second"};
  one.written = written;
  return one;
}

inline Situation impossible() {
  auto one = lossy({{"public.users", Owner::prisma, 4000, 4012, 12, true}, {"public.events", Owner::nobody, 100000, 120000, 20000, false}});
  one.undo->effects.push_back({"table public.audit has no key and lost column actor", undo::Loss::impossible, "its rows cannot be told apart", "Go back with `--strategy swap`."});
  one.undo->effects.push_back({"extension hstore was dropped", undo::Loss::impossible, "it is not available on this server", "Install it: `apt-get install postgresql-contrib`."});
  return one;
}

inline Situation only_archive() {
  auto one = lossy({{"public.users", Owner::prisma, 4000, 4012, 12, true}});
  one.undo.reset();
  one.no_undo = "the archive is a dump of pg_dump: it has no catalog to compare with";
  one.has_clone = false;
  one.no_clone = "the clone shop__clone_20261126_122336 was used up by a restore";
  one.restore_price = {0.2, false, ""};
  return one;
}

inline Situation no_way() {
  auto one = only_archive();
  one.has_archive = false;
  one.no_archive = "/srv/backups/shop_20261126_122336.sql.zst is not there";
  return one;
}

inline Situation data_changes() {
  auto one = lossless();
  one.data_changes = {"UPDATE \"locations\"\n   SET \"name\" = upper(\"name\")", "DELETE FROM calls WHERE shift_id IS NULL"};
  return one;
}

inline Situation unknown_counts() {
  auto one = impossible();
  one.written = {{"public.users", Owner::prisma, 4000, 4012, 12, true}, {"public.logs", Owner::nobody, std::nullopt, std::nullopt, std::nullopt, false}};
  return one;
}

inline Situation odd_names() {
  auto one = lossless();
  one.database = "Bücher \"2026\"";
  one.label = "vor\nMigration\x1b[31m";
  one.checkpoint = "B%C3%BCcher_20261126_122336";
  one.migrations = {{"drizzle", "0003_größe|`x`", "failed", ""}, {"prisma", "1 <b>x</b>", "unfinished", ""}};
  one.changes = {change("column public.\"Straße\".\"o\"\"clock\" added: text", "ALTER TABLE public.\"Straße\" ADD COLUMN \"o\"\"clock\" text;")};
  one.undo->effects = {{"column public.\"Straße\".\"o\"\"clock\" is dropped: it has no values", undo::Loss::lossless, "", ""}};
  one.written = {{"public.Straße", Owner::prisma, 1, 2, 1, true}, {"public.名前", Owner::drizzle, 5, 15, 10, true}, {"public.bad\xff" "byte", Owner::nobody, 0, 100, 100, false}};
  return one;
}

inline Situation long_lists() {
  auto one = lossless();
  one.changes.clear();
  one.migrations.clear();
  one.written.clear();
  one.undo->effects.clear();
  for (int at = 1; at <= 25; ++at) {
    one.changes.push_back(change(fmt::format("table public.t{} dropped", at), "", true));
    one.migrations.push_back({"prisma", fmt::format("202602130000{:02}_drop", at), "applied", "2026-11-26 12:24:01.5+00"});
    one.written.push_back({fmt::format("public.other{}", at), Owner::nobody, 0, 2600 - at, 2600 - at, true});
    one.undo->effects.push_back({fmt::format("table public.t{} comes back with 100 rows", at), undo::Loss::lossy, fmt::format("1 row that pointed at public.t{} lost what it points at", at), ""});
  }
  one.undo->changes = one.changes;
  return one;
}

inline Situation with_services() {
  auto one = lossy({{"public.users", Owner::prisma, 4000, 4001, 1, true}});
  one.services = {"media-api", "api"};
  one.undo_price = {16.4, false, "stop and start of 2 services, measured; 4,012 rows to move, estimated"};
  one.swap_price.seconds = one.restore_price.seconds = 15.1;
  one.restore_total_seconds = 260;
  return one;
}

inline std::vector<std::pair<std::string, Situation>> all_situations() {
  auto rows_only = quiet();
  rows_only.written = {{"public.users", Owner::prisma, 4000, 4012, 12, true}};
  auto kept = data_changes();
  kept.keeps_data_changes = true;
  return {{"nothing", quiet()},           {"rows_only", rows_only},       {"lossless", lossless()},         {"lossy_nothing_written", lossy({})},
          {"lossy_rows_written", lossy({{"public.users", Owner::prisma, 4000, 4012, 12, true}})},
          {"impossible", impossible()},   {"only_archive", only_archive()}, {"no_way", no_way()},           {"data_changes", data_changes()},
          {"data_changes_kept", kept},    {"unknown_counts", unknown_counts()}, {"odd_names", odd_names()}, {"long_lists", long_lists()},
          {"services", with_services()}};
}

}  // namespace safety::rollback
