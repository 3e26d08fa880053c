#pragma once
// The surgical undo: a database's schema brought back to that of a checkpoint in place, keeping the rows written since, and
// giving back the values that the change destroyed.
//
// Two live catalogs are compared: that of the target, and that of the origin, which has the checkpoint's schema: its clone,
// or an empty scratch restore of its archive. What is made is made from pg_dump's own DDL of the origin; what is dropped the
// server identifies. Tables that lost columns, or whose columns have other types, are made anew in one pass: rows that are
// there now, joined by key with the values of the checkpoint. Everything is one transaction, which ends by comparing the
// catalogs: anything else than equality rolls it back.
//
// What it is not for: choosing between an undo and other ways back, services, migration histories (rollback/rollback.hpp).

#include <functional>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/undo/assessment.hpp"
#include "libsafety/undo/request.hpp"

namespace safety::undo {

/// What it would do, with what it loses. Reads only; what it asks of the data takes no lock but ACCESS SHARE.
Assessment assess(const Context& context, const UndoRequest& request);

/// Does it. `in_transaction` runs before the COMMIT, in the same session: bookkeeping that must become true with it.
/// Errors: not_reversible naming the first thing that is impossible, before anything is touched; locked when a lock was not had
/// in all attempts, naming its holder; verification when the catalogs are not equal at the end; in_doubt when the connection
/// broke at COMMIT. In all but the last the database is as before.
UndoResult undo(const Context& context, const UndoRequest& request, const std::function<void(pg::Connection&)>& in_transaction);

}  // namespace safety::undo
