#include "libsafety/checkpoint/record.hpp"

#include "tests/testing/testing.hpp"

namespace safety::checkpoint {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

Record full_record() {
  Record record;
  record.id = "shop_20261122_100000";
  record.database = "sh\"op\n\xC3\xA9";
  record.system_identifier = "7300000000000000001";
  record.label = "before deploy";
  record.reason = "pre-migration";
  record.sequence = 18446744073709551615U;
  record.snapshot_time = "2026-11-22T10:00:00.000Z";
  record.created = "2026-11-22T10:00:01.000Z";
  record.server_version = "15.18";
  record.server_version_num = 150018;
  record.client_version = "15.18";
  record.tool_version = "0.1.0";
  record.snapshot_lsn = "0/1";
  record.git_commit = "abc";
  record.schema_fingerprint = std::string(64, 'a');
  record.tables = 33;
  record.rows = 250000;
  record.plain_bytes = 1234567890123;
  record.large_objects = 2;
  record.seconds = 1.25;
  record.is_schema_only = record.is_partial = true;
  record.facts = {{"prisma_head public", "20261122_init abc"}};
  record.pins = {"incident 7"};
  record.archive = {"shop_20261122_100000.sql.zst", 9876543210, std::string(64, 'b'), "zst"};
  record.proofs = {{Proof::digest, "2026-11-22T10:00:02.000Z", 0.5, true, ""},
                   {Proof::content, "2026-11-22T11:00:00.000Z", 9, false, "rows differ"}};
  return record;
}

TEST(Record, ReadsWhatItWrote) {
  const auto record = full_record();
  const auto again = parse_record(format_record(record), "x.json");
  EXPECT_EQ(format_record(again), format_record(record));
  EXPECT_EQ(again.database, record.database);
  EXPECT_EQ(again.sequence, record.sequence);
  EXPECT_EQ(again.archive.bytes, record.archive.bytes);
  EXPECT_EQ(again.facts, record.facts);
  EXPECT_EQ(again.pins, record.pins);
  ASSERT_EQ(again.proofs.size(), 2U);
  EXPECT_EQ(again.proofs[1].level, Proof::content);
  EXPECT_FALSE(again.proofs[1].is_passed);
  EXPECT_EQ(again.proofs[1].message, "rows differ");
  EXPECT_TRUE(again.is_partial);
}

TEST(Record, KeepsACloneWithOrWithoutAnArchive) {
  auto record = full_record();
  record.clone = Clone{"sh\"op__clone_20261122_100000", 4294967295U, "file_copy", 9876543210, 0.25, "2026-11-22T10:00:00.000Z"};
  for (const bool has_archive : {true, false}) {
    if (!has_archive) record.archive = {};
    const auto text = format_record(record);
    EXPECT_EQ(text.find("\"archive\"") != std::string::npos, has_archive);
    const auto again = parse_record(text, "x.json");
    EXPECT_EQ(format_record(again), text);
    EXPECT_EQ(again.names_archive(), has_archive);
    ASSERT_TRUE(again.clone.has_value());
    EXPECT_EQ(again.clone->database, record.clone->database);
    EXPECT_EQ(again.clone->oid, 4294967295U);
    EXPECT_EQ(again.clone->strategy, "file_copy");
    EXPECT_EQ(again.clone->bytes, 9876543210U);
    EXPECT_EQ(again.clone->seconds, 0.25);
    EXPECT_EQ(again.clone->created, record.clone->created);
  }
}

TEST(Record, HasNoCloneUnlessOneIsNamed) {
  EXPECT_FALSE(parse_record(format_record(full_record()), "x.json").clone.has_value());
  for (const char* clone : {"null", "1", "[]", "{}", "\"shop__clone_1\"", R"({"oid": 7})", R"({"database": 7})"})
    EXPECT_FALSE(parse_record(std::string(R"({"kind":"checkpoint","id":"a","clone":)") + clone + "}", "x.json").clone.has_value()) << clone;
}

TEST(Record, RefusesWhatIsNoRecordAndNamesTheFile) {
  const std::string whole = format_record(full_record());
  for (const auto& text : {std::string(), std::string("null"), std::string("[]"), std::string("{}"),
                           std::string("{\"kind\":\"other\",\"id\":\"a\"}"), std::string("{\"kind\":\"checkpoint\"}"),
                           std::string("{\"kind\":1,\"id\":\"a\"}"), whole.substr(0, whole.size() / 2)}) {
    const Error error = error_of([&] { parse_record(text, "/backups/bad.json"); });
    EXPECT_EQ(error.code(), Code::archive_damaged) << text;
    EXPECT_THAT(error.message(), HasSubstr("/backups/bad.json"));
    EXPECT_THAT(error.hint(), HasSubstr("--rebuild"));
  }
}

TEST(Record, ToleratesFieldsOfTheWrongKind) {
  const auto record =
      parse_record(R"({"schema":"1","kind":"checkpoint","id":"a","sequence":"x","rows":null,"facts":[],"pins":{"a":1},)"
                   R"("archive":"none","proofs":[1,{"level":"L9","passed":"yes"}]})",
                   "x.json");
  EXPECT_EQ(record.id, "a");
  EXPECT_EQ(record.sequence, 0U);
  EXPECT_EQ(record.proof(), Proof::none);
}

TEST(Record, RefusesANewerSchema) {
  EXPECT_EQ(error_of([] { parse_record(R"({"schema":2,"kind":"checkpoint","id":"a"})", "x.json"); }).code(),
            Code::version);
}

TEST(Record, CountsProofSinceTheLastFailure) {
  Record record;
  EXPECT_EQ(record.proof(), Proof::none);
  record.proofs.push_back({Proof::content, "", 0, true, ""});
  record.proofs.push_back({Proof::digest, "", 0, true, ""});
  EXPECT_EQ(record.proof(), Proof::content) << "a weaker check takes nothing away";
  record.proofs.push_back({Proof::digest, "", 0, false, "differs"});
  EXPECT_EQ(record.proof(), Proof::none);
  record.proofs.push_back({Proof::decodes, "", 0, true, ""});
  EXPECT_EQ(record.proof(), Proof::decodes);
}

TEST(Proof, HasNamesThatReadBack) {
  for (const auto proof : {Proof::digest, Proof::decodes, Proof::restored, Proof::content, Proof::used})
    EXPECT_EQ(parse_proof(name_of(proof)), proof);
  EXPECT_EQ(parse_proof("l2"), Proof::decodes);
  for (const char* text : {"", "L", "L0", "L6", "L10", "4", "none"}) EXPECT_EQ(parse_proof(text), std::nullopt) << text;
}

}  // namespace
}  // namespace safety::checkpoint
