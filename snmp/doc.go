// Package snmp asks devices by SNMP v2c and v3, and receives their traps.
//
// An Env owns the sockets: one of each family of IP, shared by all devices,
// because a socket and its 64 KiB of buffer for each of ten thousand agents would
// cost 660 MB. An answer is given to whoever asked its sender; at any time one
// request at most is on its way to one agent. A Poller belongs to one device. Its
// first poll looks at what the device offers, chooses a profile and writes a plan:
// the list of objects to ask for, with interfaces found by name. Every later poll
// is as few GETs as the plan fits into, most often one.
//
// Profiles are data (profiles/*.toml): which objects hold processor, memory and
// the rest on which maker's gear, and how well each is known.
//
// The codec of github.com/gosnmp/gosnmp writes and reads the messages. Its own
// sessions are not used: each holds 66 KB, a cancelled context does not end a
// request, an answer with request id 0 passes for any answer, and the engine time
// of v3 stands still between polls, so that every poll after 150 s costs a
// second round trip.
//
// An agent that was silent for two polls, each asked with all retries, is asked once a
// poll until it answers again: its return is noticed as soon, and many silent agents
// cost no more than others.
//
// Silence, a closed port, refused credentials and a missing object are told apart;
// each voids the readings that it concerns. None is ever shown as zero.
package snmp
