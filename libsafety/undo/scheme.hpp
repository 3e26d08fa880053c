#pragma once
// What of a schema is dropped, altered, made anew and made, so that the checkpoint's comes out: decided from two sides, without
// asking anybody. Internal to this folder.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "libsafety/undo/pairing.hpp"

namespace safety::undo {

/// Where a column of the checkpoint's table gets its values from.
struct Source {
  enum class Kind {
    now,       // the row's own, as it is or cast to the same type made anew
    refilled,  // the checkpoint's; rows written since have none
    converted, // the checkpoint's where the row was not changed since, else the row's own, converted back
    computed,  // GENERATED ALWAYS AS: nobody gives it
  } kind = Kind::now;
  const Column* now = nullptr;   // none for refilled
  const Column* then = nullptr;
  bool is_cast = false;          // its type has the old name and is another one
  bool is_remade = false;        // dropped and made again: NULL, or its default, is what nobody wrote
};

/// A table of both sides.
struct TablePlan {
  const Table* now = nullptr;
  const Table* then = nullptr;
  bool is_rebuilt = false;               // made anew, all rows through one INSERT
  std::vector<const Column*> dropped;    // of now: they go
  std::vector<const Column*> defaults;   // of now: their defaults are in the way and go before; what the checkpoint says comes after
  std::vector<std::string> checks;       // of now, quoted: the same
  std::vector<std::pair<const Column*, const Column*>> settings;  // now and then: storage, compression, options or statistics are others
  std::vector<Source> sources;           // of a rebuilt one: by the checkpoint's columns
  bool restores_rows = false;            // rows that are gone come back
  std::string why;                       // it is rebuilt: "column phone is gone"
  bool needs_checkpoint_rows() const;
};

struct Scheme {
  Side now, then;
  Pairing pairing;
  std::set<ObjectId> vanished;             // objects of now that are not there after the drops: dropped, gone with others, moved away
  std::set<ObjectId> automatic;            // of these, gone with something else: no statement of their own
  std::vector<std::size_t> made;           // items of the checkpoint, in their order
  std::map<std::uint32_t, TablePlan> tables;  // by the checkpoint's oid: those that are altered or rebuilt
  std::vector<std::uint32_t> loaded;       // tables of the checkpoint that are made, and filled from it
  bool is_rebuilt(std::uint32_t now) const;
  const TablePlan* plan_of_now(std::uint32_t now) const;
};

struct SchemeOptions {
  std::set<std::string> restores_rows_of;  // "public.jobs"
  std::set<std::string> filled;            // tables with a column that rows without a value get one for
};

Scheme make_scheme(Side now, Side then, Pairing pairing, const SchemeOptions& options);

}  // namespace safety::undo
