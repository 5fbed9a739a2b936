package snmp

import (
	"fmt"
	"slices"

	"github.com/gosnmp/gosnmp"
)

// query is what one request asks.
type query struct {
	kind        gosnmp.PDUType
	objects     []gosnmp.SnmpPDU
	repetitions uint32
}

// exchange2c is one question in SNMP v2c (RFC 1901, RFC 3416).
type exchange2c struct {
	s      *session
	query  query
	ids    []uint32 // of every try, since the answer to an early one may come late
	result *gosnmp.SnmpPacket
}

func (x *exchange2c) request() ([]byte, error) {
	p := x.s.codec.MkSnmpPacket(x.query.kind, x.query.objects, 0, x.query.repetitions)
	p.RequestID = x.s.nextID()
	x.ids = append(x.ids, p.RequestID)
	return p.MarshalMsg()
}

func (x *exchange2c) answer(b []byte) (bool, error) {
	p, err := safely(func() (*gosnmp.SnmpPacket, error) { return x.s.codec.SnmpDecodePacket(b) })
	if err != nil || p.Version != gosnmp.Version2c || p.PDUType != gosnmp.GetResponse || !slices.Contains(x.ids, p.RequestID) {
		return false, nil
	}
	x.result = p
	return true, nil
}

// safely keeps a panic of the codec from ending the monitor: what it reads comes
// from the network.
func safely(decode func() (*gosnmp.SnmpPacket, error)) (p *gosnmp.SnmpPacket, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("reading an SNMP message: %v", r)
		}
	}()
	return decode()
}
