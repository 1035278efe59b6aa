//! The request of `make-database-private`.

super::one::one_resource! {
    /// Take the public address from this database instance.
    MakeDatabasePrivate {
        /// The instance's identifier.
        instance
    } in "rds", "db-instance", "db:", "DB-INSTANCE"
}
