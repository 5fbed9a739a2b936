package device

import "time"

// Trap is an unasked message of an agent: a trap or an inform. It is a hint to
// look, never evidence: anybody on the way can send a v2c trap.
type Trap struct {
	At     time.Time   `json:"at"`
	From   string      `json:"from"`             // address that sent it
	Device ID          `json:"device,omitempty"` // the device of that address; empty when unknown
	Event  TrapEvent   `json:"event"`
	OID    string      `json:"oid"`  // snmpTrapOID
	Name   string      `json:"name"` // "linkDown", or the OID when it has no name here
	Inform bool        `json:"inform,omitempty"`
	Values []TrapValue `json:"values,omitempty"`
}

// TrapValue is one object that came with a trap.
type TrapValue struct {
	OID   string `json:"oid"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

// TrapEvent is what a trap means. The set is closed.
type TrapEvent string

// The events.
const (
	TrapOther       TrapEvent = "other"
	TrapColdStart   TrapEvent = "cold_start"             // RFC 3418
	TrapWarmStart   TrapEvent = "warm_start"             // RFC 3418
	TrapLinkDown    TrapEvent = "link_down"              // RFC 2863
	TrapLinkUp      TrapEvent = "link_up"                // RFC 2863
	TrapAuthFailure TrapEvent = "authentication_failure" // RFC 3418
	TrapOnBattery   TrapEvent = "on_battery"             // RFC 1628
)
