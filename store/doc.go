// Package store keeps what the probes found, in one bbolt file.
//
// # The way of a result
//
// Append puts a result into a queue in memory and never waits for the disk. The
// one writer, Run, takes the queue every half second and makes it durable in a
// single transaction: one record in the log, the stretches that ended, and the
// evidence that is worth keeping. Only then are the results told to the callback
// and shown by the readers, so nothing people see can be lost by a crash.
//
// Beside the log each check has, in memory, an open chunk of its raw results, the
// stretch that is still growing and the counts of the present day. Every ten
// minutes a checkpoint writes them down, check by check, together with the chunks
// and days that are complete, and forgets the part of the log that they cover.
// Opening a store reads these snapshots and replays the rest of the log over them;
// raw results are not touched, so a store with a year in it opens in a moment.
//
// # What is on disk
//
//	meta      version, time of creation, whether the last stop was clean
//	check     stable id → number (history belongs to the id for ever)
//	site      name of a site → number
//	log       sequence → results of all checks in one commit, or a part of it
//	open      check → snapshot of what is still growing
//	raw       day, block length → block, check, ordinal → chunk of results
//	stretch   check, first → stretch
//	day       day → check → counts by state and reason, latency histogram
//	evidence  day → check, sent → evidence of a failing or degraded result
//	picture   day → check, sent → what a browser showed, of some evidence
//	event     time → what happened to the monitor
//	fact      small durable facts of other rooms
//
// Every record of ours begins with a version and ends with a CRC-32C over its key
// and itself, so a misplaced or damaged record is noticed and named.
//
// Moments are kept to the millisecond (Append truncates Sent, so stretches, raw
// results and whatever the callback shows agree exactly), latencies to 0.4 %.
//
// # When the disk fails
//
// Results wait in the queue and are tried again; probing goes on. When the queue is
// full the oldest are dropped and counted, and the first and last lost moment of
// each check are stored as unknown with the reason "storage" once writing works
// again: what was lost is unknown, never up.
package store
