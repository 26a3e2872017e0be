//! Any text as SQL of a user: the guard answers without a panic, and what it lets through changes nothing, even on a
//! connection that may write. Run it from the package's root, with a libduckdb to link (`DUCKDB_LIB_DIR`):
//!
//! ```sh
//! mkdir -p fuzz/corpus/sql && (cd fuzz/corpus/sql && grep -hv '^#' ../../../tests/sql/*.txt | split -l 1 - seed)
//! cargo +nightly fuzz run --features sql sql -- -max_total_time=3600 -max_len=4096 -timeout=60
//! ```

#![no_main]

use libfuzzer_sys::fuzz_target;
use workstation::features::FeatureSet;
use workstation::store::guard::{Files, Statement};
use workstation::store::{Store, query};

thread_local! {
    static STORE: Store = Store::in_memory().expect("a store in memory needs nothing but memory");
}

/// Every name that a statement could make or drop, every row of a table that the seeds name, and settings.
const STATE: &str = "SELECT (SELECT string_agg(sql, ';' ORDER BY sql) FROM duckdb_tables() WHERE NOT internal)
    || (SELECT string_agg(sql, ';' ORDER BY sql) FROM duckdb_views() WHERE NOT internal)
    || (SELECT count(*) FROM duckdb_functions() WHERE NOT internal) || (SELECT count(*) FROM duckdb_databases())
    || (SELECT count(*) || coalesce(bit_xor(hash(bars)), 0) FROM bars)
    || (SELECT string_agg(name || value, ';' ORDER BY name) FROM duckdb_settings())";

fn state(store: &Store) -> String {
    store.conn().query_row(STATE, [], |row| row.get(0)).expect("the store still answers")
}

fuzz_target!(|text: &str| {
    let expression = text.replace('\'', "''").replace(['\n', '\r'], " ");
    // A refusal is an answer; only a panic or a change is a find.
    let _ = FeatureSet::parse(
        "fuzz",
        &format!("name = 'fuzz'\n[[feature]]\nname = 'x'\ndefinition = {{ expression = '''{expression}''' }}"),
    );
    let Ok(statement) = Statement::reading(text, Files::Refused) else { return };
    STORE.with(|store| {
        let before = state(store);
        // A hundred rows: how much there is to read is no find.
        if let Ok(few) = statement.within("SELECT * FROM", "AS given LIMIT 100") {
            let _ = query::run(store, &few, &[]);
        }
        assert_eq!(state(store), before, "{text}");
    });
});
