package snmp

import (
	"strings"

	"github.com/slamon/slamon/device"
)

const snmpTrapOID = ".1.3.6.1.6.3.1.1.4.1.0"

// traps are the notifications that mean something here.
var traps = map[string]struct {
	name  string
	event device.TrapEvent
}{
	".1.3.6.1.6.3.1.1.5.1": {"coldStart", device.TrapColdStart},               // RFC 3418
	".1.3.6.1.6.3.1.1.5.2": {"warmStart", device.TrapWarmStart},               // RFC 3418
	".1.3.6.1.6.3.1.1.5.3": {"linkDown", device.TrapLinkDown},                 // RFC 2863
	".1.3.6.1.6.3.1.1.5.4": {"linkUp", device.TrapLinkUp},                     // RFC 2863
	".1.3.6.1.6.3.1.1.5.5": {"authenticationFailure", device.TrapAuthFailure}, // RFC 3418
	".1.3.6.1.2.1.33.2.1":  {"upsTrapOnBattery", device.TrapOnBattery},        // RFC 1628
	// The same as a proxy for version 1 writes it (RFC 3584 section 3.1).
	".1.3.6.1.2.1.33.2.0.1": {"upsTrapOnBattery", device.TrapOnBattery},
}

// trapObjects are names of what comes with them; the part behind is the row.
var trapObjects = []struct{ root, name string }{
	{".1.3.6.1.2.1.1.3", "sysUpTime"},
	{".1.3.6.1.2.1.2.2.1.1", "ifIndex"},
	{".1.3.6.1.2.1.2.2.1.2", "ifDescr"},
	{".1.3.6.1.2.1.2.2.1.3", "ifType"},
	{".1.3.6.1.2.1.2.2.1.7", "ifAdminStatus"},
	{".1.3.6.1.2.1.2.2.1.8", "ifOperStatus"},
	{".1.3.6.1.2.1.31.1.1.1.1", "ifName"},
	{".1.3.6.1.2.1.31.1.1.1.18", "ifAlias"},
	{".1.3.6.1.2.1.33.1.2.2", "upsSecondsOnBattery"},
	{".1.3.6.1.2.1.33.1.2.3", "upsEstimatedMinutesRemaining"},
	{".1.3.6.1.2.1.33.1.9.7", "upsConfigLowBattTime"},
	{".1.3.6.1.6.3.1.1.4.3", "snmpTrapEnterprise"},
	{".1.3.6.1.6.3.18.1.3", "snmpTrapAddress"},
}

func objectName(oid string) string {
	for _, o := range trapObjects {
		if under(o.root, oid) {
			return strings.TrimSuffix(o.name+"."+suffix(o.root, oid), ".0")
		}
	}
	return oid
}
