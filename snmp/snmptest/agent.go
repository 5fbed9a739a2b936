// Package snmptest is an SNMP agent on loopback for tests: v2c, and v3 for one
// user, with values that a test sets and with the bad habits of real agents.
package snmptest

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gosnmp/gosnmp"
)

// Object is a value by its object identifier, ".1.3.6.1.2.1.1.3.0".
type Object struct {
	OID   string
	Type  gosnmp.Asn1BER
	Value any // as gosnmp wants it: int, uint32, uint64, string, []byte; or a func() any that makes it
}

// User is the one user of a v3 agent.
type User struct {
	Name            string
	Auth            gosnmp.SnmpV3AuthProtocol
	AuthPassword    string
	Privacy         gosnmp.SnmpV3PrivProtocol
	PrivacyPassword string
}

// Habit makes the datagrams that are sent instead of an answer. It may change
// both; nil sends nothing.
type Habit func(request, answer *gosnmp.SnmpPacket, encode func(*gosnmp.SnmpPacket) []byte) [][]byte

// Agent is a running agent. Its methods are safe for concurrent use.
type Agent struct {
	conn *net.UDPConn
	done chan struct{}

	mu        sync.Mutex // protects all below
	community string
	objects   []Object // ordered
	habit     Habit
	mute      bool
	requests  int
	engine    *engine // nil for v2c
}

// New starts an agent that accepts a community. Close it at the end.
func New(community string, objects ...Object) (*Agent, error) {
	return Listen("127.0.0.1:0", community, objects...)
}

// Listen is New on an address of its own.
func Listen(address, community string, objects ...Object) (*Agent, error) {
	at, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, err
	}
	conn, err := net.ListenUDP("udp", at)
	if err != nil {
		return nil, err
	}
	a := &Agent{conn: conn, done: make(chan struct{}), community: community}
	a.Set(objects...)
	go a.serve()
	return a, nil
}

// Close stops the agent.
func (a *Agent) Close() {
	_ = a.conn.Close()
	<-a.done
}

// Addr returns "127.0.0.1:port".
func (a *Agent) Addr() string { return a.conn.LocalAddr().String() }

// Requests returns how many messages it has received.
func (a *Agent) Requests() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests
}

// Set adds objects, or changes those that are there.
func (a *Agent) Set(objects ...Object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, o := range objects {
		i, found := slices.BinarySearchFunc(a.objects, o.OID, byOID)
		if found {
			a.objects[i] = o
			continue
		}
		a.objects = slices.Insert(a.objects, i, o)
	}
}

// Remove takes away everything at or below an object identifier.
func (a *Agent) Remove(root string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.objects = slices.DeleteFunc(a.objects, func(o Object) bool {
		return o.OID == root || strings.HasPrefix(o.OID, root+".")
	})
}

// Behave makes the agent answer by a habit; nil makes it well-behaved.
func (a *Agent) Behave(h Habit) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.habit = h
}

// Mute makes the agent answer nothing at all, not even to a discovery, or answer again.
func (a *Agent) Mute(mute bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mute = mute
}

func byOID(o Object, oid string) int { return Compare(o.OID, oid) }

// Compare orders object identifiers.
func Compare(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	return slices.CompareFunc(as, bs, func(x, y string) int {
		n, _ := strconv.ParseUint(x, 10, 64)
		m, _ := strconv.ParseUint(y, 10, 64)
		return cmp.Compare(n, m)
	})
}

func (a *Agent) serve() {
	defer close(a.done)
	buf := make([]byte, 65535)
	for {
		n, from, err := a.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		for _, out := range a.handle(slices.Clone(buf[:n])) {
			_, _ = a.conn.WriteToUDPAddrPort(out, from)
		}
	}
}

func (a *Agent) handle(raw []byte) [][]byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests++
	if a.mute {
		return nil
	}
	request, encode, reports := a.read(raw)
	if request == nil {
		return reports
	}
	answer := a.answer(request)
	if a.habit != nil {
		return a.habit(request, answer, encode)
	}
	return [][]byte{encode(answer)}
}

// read decodes a request. Without one, what to send instead is returned.
func (a *Agent) read(raw []byte) (*gosnmp.SnmpPacket, func(*gosnmp.SnmpPacket) []byte, [][]byte) {
	if a.engine != nil {
		return a.engine.read(raw)
	}
	codec := &gosnmp.GoSNMP{Version: gosnmp.Version2c, Community: a.community}
	p, err := codec.SnmpDecodePacket(raw)
	if err != nil || p.Version != gosnmp.Version2c || p.Community != a.community {
		return nil, nil, nil // as real agents do: a wrong community gets silence
	}
	return p, Encode, nil
}

// Encode writes a message, and nothing when it cannot be written.
func Encode(p *gosnmp.SnmpPacket) []byte {
	b, err := p.MarshalMsg()
	if err != nil {
		return nil
	}
	return b
}

// answer makes the right answer.
func (a *Agent) answer(request *gosnmp.SnmpPacket) *gosnmp.SnmpPacket {
	answer := *request
	answer.PDUType = gosnmp.GetResponse
	answer.NonRepeaters, answer.MaxRepetitions = 0, 0
	answer.Variables = nil
	switch request.PDUType {
	case gosnmp.GetRequest:
		for _, v := range request.Variables {
			answer.Variables = append(answer.Variables, a.get(v.Name))
		}
	case gosnmp.GetNextRequest:
		for _, v := range request.Variables {
			answer.Variables = append(answer.Variables, a.next(v.Name))
		}
	case gosnmp.GetBulkRequest:
		answer.Variables = a.bulk(request)
	default:
		answer.Error = gosnmp.GenErr
	}
	return &answer
}

func (a *Agent) get(oid string) gosnmp.SnmpPDU {
	i, found := slices.BinarySearchFunc(a.objects, oid, byOID)
	if !found {
		return gosnmp.SnmpPDU{Name: oid, Type: gosnmp.NoSuchObject}
	}
	return a.objects[i].pdu()
}

func (a *Agent) next(oid string) gosnmp.SnmpPDU {
	i, found := slices.BinarySearchFunc(a.objects, oid, byOID)
	if found {
		i++
	}
	if i >= len(a.objects) {
		return gosnmp.SnmpPDU{Name: oid, Type: gosnmp.EndOfMibView}
	}
	return a.objects[i].pdu()
}

// bulk repeats GETNEXT (RFC 3416 section 4.2.3), within one datagram.
func (a *Agent) bulk(request *gosnmp.SnmpPacket) []gosnmp.SnmpPDU {
	var out []gosnmp.SnmpPDU
	at := slices.Clone(request.Variables)
	for range min(request.MaxRepetitions, 100) {
		for i := range at {
			at[i] = a.next(at[i].Name)
			out = append(out, at[i])
		}
	}
	return out
}

func (o Object) pdu() gosnmp.SnmpPDU {
	v := o.Value
	if live, ok := v.(func() any); ok {
		v = live()
	}
	return gosnmp.SnmpPDU{Name: o.OID, Type: o.Type, Value: v}
}

// Ticks makes a TimeTicks value of a duration, wrapping as sysUpTime does.
func Ticks(d time.Duration) uint32 { return uint32(d / (10 * time.Millisecond)) }
