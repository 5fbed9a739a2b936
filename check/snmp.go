package check

// DevicesService is the reserved service that the checks of SNMP agents' liveness
// belong to: an agent that is silent is not an outage of anybody's service.
const DevicesService ServiceID = "devices"

// SNMP asks the SNMP agent of a device, which has the check's id. Package snmp does
// it; the readings take their own way.
type SNMP struct {
	Device  string // id of the device
	Address string // host:port
}

// Kind returns "snmp".
func (SNMP) Kind() string { return "snmp" }

// Target returns the address.
func (p SNMP) Target() string { return p.Address }
