// Package daemon wires all rooms into what lives while `slamon run` does: results come
// in, boards, notices, reports and the pages go out.
//
// Open reads what was there before and makes everything ready; Run runs the parts that
// lifecycle.go starts in order and stops in reverse. Results flow schedule → store →
// committed → board and metrics, so that nothing is shown before it is durable:
//
//   - daemon.go opens and closes; take.go puts a configuration into force, commit.go gets
//     results once they are durable, and latest.go and usual*.go keep what is known of
//     every check, the room gear what is known of every device. own.go tells of slamon itself.
//   - board*.go judge: a whole board at rest, a quick one when a state changes.
//   - notices*.go and told.go turn a board into notices and put them into the outbox;
//     dispatch.go mails reports, duty.go says who is on duty, deeds.go what people did.
//   - ledger*.go hold what people and files state: maintenance, causes, corrections, and
//     periods that are closed; sources.go watches the files, stating.go takes it from the API.
//   - site.go, report_*.go and responses*.go make documents from the ledger and the store:
//     answer.go gives them to the API and to whoever reads a store that nobody has open,
//     reports.go writes them to files after each month.
//   - website.go serves pages and metrics, public.go the page for everybody, and
//     signin.go decides who may act; peers.go asks other places.
//
// Commands may import this room; it knows no flag, no subcommand and no exit code.
package daemon
