-- name: blob_add :one
-- is_new: the chunks must follow in the same transaction.
-- params: hash text, bytes i64, now i64
-- returns: is_new bool
-- engine: pg
INSERT INTO blob (hash, bytes, created_at) VALUES (:hash, :bytes, :now)
ON CONFLICT (hash) DO UPDATE SET created_at = EXCLUDED.created_at
RETURNING (xmax = 0) AS is_new

-- name: blob_chunk_add :exec
-- params: hash text, n i64, data blob
-- engine: pg
INSERT INTO blob_chunk (hash, n, data) VALUES (:hash, :n, :data)

-- name: blob_size :one
-- params: hash text
-- returns: bytes i64
-- engine: pg
SELECT bytes FROM blob WHERE hash = :hash

-- name: blob_chunk_get :one
-- params: hash text, n i64
-- returns: data blob
-- engine: pg
SELECT data FROM blob_chunk WHERE hash = :hash AND n = :n

-- name: blob_old :many
-- params: before i64, after text
-- returns: hash text
-- engine: pg
-- scan ok: by day, in pages of the primary key
SELECT hash FROM blob WHERE created_at < :before AND hash > :after ORDER BY hash LIMIT 500

-- name: blob_drop :exec
-- params: hash text, before i64
-- engine: pg
DELETE FROM blob WHERE hash = :hash AND created_at < :before

-- name: blob_chunks_drop :exec
-- params: hash text
-- engine: pg
DELETE FROM blob_chunk WHERE hash = :hash
