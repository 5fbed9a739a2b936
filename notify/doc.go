// Package notify tells people.
//
// A notice that alert.Decide found due goes into the Outbox, which keeps it in a
// ledger on disk before anything is sent: a crash forgets nothing. The outbox sends
// it over the channels of its ladder, tries again with growing pauses, goes to the
// next rung when nobody was reached, and keeps of every attempt when it was made and
// what the receiving server answered. That record is the proof that people were told
// within the window.
//
// Delivery is at least once: after a crash between a server's acceptance and its
// note in the ledger the same message is sent again, under the same identifier, by
// which receivers can drop it.
//
// A Sender delivers a Message over one channel and says of a failure whether trying
// again can help. Render turns a notice into a message in the channel's language, which
// Texts, the channel's own templates, may replace; Report does the same for reports.
package notify
