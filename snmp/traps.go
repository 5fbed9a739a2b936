package snmp

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/device"
)

// TrapOptions of a receiver.
type TrapOptions struct {
	Address string // to listen on, "host:port"; the port of traps is 162

	// Accept lists the communities (V2c) and users (V3) whose traps are taken. A
	// trap of another version, community, user or security level is dropped.
	Accept []device.Credentials

	// Device names the device of an address; nil or "" when it is unknown.
	Device func(netip.Addr) device.ID

	// Deliver is given every trap. It must not block: it runs on the goroutine that
	// reads the socket.
	Deliver func(device.Trap)

	// PerSecond is how many traps of one address are read in the long run, 10 when
	// zero; ten times as many may come at once.
	PerSecond float64

	// EngineID and Boots are those of this engine for v3 informs (RFC 3411 section
	// 5). They should be kept over restarts, with Boots one more at each. With an
	// empty EngineID one is drawn, and senders have to discover it anew.
	EngineID string
	Boots    uint32
}

// TrapStats counts what was received since the start.
type TrapStats struct {
	Delivered uint64 // traps and informs
	Limited   uint64 // dropped unread, because too many came
	Refused   uint64 // of a community, user or level that is not accepted, or not authentic
	Unread    uint64 // not SNMP, or not a trap
}

// Traps receives traps and informs.
type Traps struct {
	o       TrapOptions
	conn    *net.UDPConn
	started time.Time
	limiter *limiter // of the goroutine in Run
	users   *trapUsers

	delivered, limited, refused, unread atomic.Uint64
}

// maxTrapObjects is how many objects of a trap are kept; the standard ones carry up to six.
const maxTrapObjects = 32

// ListenTraps opens the port.
func ListenTraps(o TrapOptions) (*Traps, error) {
	for _, c := range o.Accept {
		if err := c.Check(); err != nil {
			return nil, fmt.Errorf("traps: credentials %q: %w", c.Name, err)
		}
	}
	if o.Deliver == nil {
		return nil, errors.New("traps: nobody to deliver to")
	}
	if o.PerSecond <= 0 {
		o.PerSecond = 10
	}
	o.Boots = max(o.Boots, 1) // net-snmp takes 0 for an engine that it does not know yet
	if o.EngineID == "" {
		// RFC 3411 section 5: the first bit set, no enterprise, format 5, octets.
		id := []byte{0x80, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0}
		if _, err := rand.Read(id[5:]); err != nil {
			return nil, err
		}
		o.EngineID = string(id)
	}
	if len(o.EngineID) < 5 || len(o.EngineID) > 32 {
		return nil, errors.New("traps: the engine id must have 5 to 32 bytes (RFC 3411 section 5)")
	}
	at, err := net.ResolveUDPAddr("udp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("traps: %w", err)
	}
	conn, err := net.ListenUDP("udp", at)
	if err != nil {
		return nil, fmt.Errorf("traps: %w; ports below 1024 need CAP_NET_BIND_SERVICE", err)
	}
	_ = conn.SetReadBuffer(receiveBuffer)
	return &Traps{o: o, conn: conn, started: time.Now(), limiter: newLimiter(o.PerSecond, 10*o.PerSecond), users: newTrapUsers(o.Accept)}, nil
}

// Addr returns the address that is listened on.
func (t *Traps) Addr() net.Addr { return t.conn.LocalAddr() }

// Stats returns the counts. It is safe for concurrent use.
func (t *Traps) Stats() TrapStats {
	return TrapStats{t.delivered.Load(), t.limited.Load(), t.refused.Load(), t.unread.Load()}
}

// Close closes the port of a receiver that is not run.
func (t *Traps) Close() error { return t.conn.Close() }

// Run receives until the context ends, and closes the port.
func (t *Traps) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = t.conn.Close() })
	defer stop()
	defer t.conn.Close()
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := t.conn.ReadFromUDPAddrPort(buf)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil:
			continue // an ICMP error about a reply to an inform
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		now := time.Now()
		if !t.limiter.allow(from.Addr(), now) {
			t.limited.Add(1)
			continue
		}
		t.receive(buf[:n], from, now)
	}
}

// receive reads one message, answers it if it wants that, and delivers it.
func (t *Traps) receive(b []byte, from netip.AddrPort, now time.Time) {
	var pdu, reply []byte
	var ok bool
	switch versionOf(b) {
	case uint32(gosnmp.Version2c):
		pdu, reply, ok = t.plain(b)
	case uint32(gosnmp.Version3):
		pdu, reply, ok = t.secured(b, now)
	default:
		t.unread.Add(1)
		return
	}
	if reply != nil {
		_, _ = t.conn.WriteToUDPAddrPort(reply, from)
	}
	if !ok {
		return
	}
	trap, ok := readTrap(pdu)
	if !ok {
		t.unread.Add(1)
		return
	}
	trap.At, trap.From = now.UTC(), from.String()
	if t.o.Device != nil {
		trap.Device = t.o.Device(from.Addr())
	}
	t.delivered.Add(1)
	t.o.Deliver(trap)
}

func versionOf(b []byte) uint32 {
	body, ok := expectOnly(b, tagSequence)
	if !ok {
		return ^uint32(0)
	}
	version, _, ok := small(body)
	if !ok {
		return ^uint32(0)
	}
	return version
}

// Tags of the messages that are received (RFC 3416).
const (
	tagInform = 0xa6
	tagTrap2  = 0xa7
	tagReport = 0xa8
)

// plain reads a v2c message. Its community is checked here, since whoever listens
// for v3 gets v2c messages of any community on the same port.
func (t *Traps) plain(b []byte) (pdu, reply []byte, ok bool) {
	body, _ := expectOnly(b, tagSequence)
	_, body, _ = small(body)
	community, pdu, ok := expect(body, tagOctets)
	if !ok || len(pdu) == 0 {
		t.unread.Add(1)
		return nil, nil, false
	}
	accepted := 0
	for _, c := range t.o.Accept {
		if c.Version == device.V2c {
			accepted |= subtle.ConstantTimeCompare([]byte(c.Community.Reveal()), community)
		}
	}
	if accepted == 0 {
		t.refused.Add(1)
		return nil, nil, false
	}
	if pdu[0] == tagInform {
		// The answer to an inform is the inform as a response (RFC 3416 section 4.2.7).
		reply = append([]byte(nil), b...)
		reply[len(reply)-len(pdu)] = tagResponse
	}
	return pdu, reply, true
}

// readTrap reads a trap or inform. The codec does it, out of a v2c message around
// the PDU: what is inside is the same in both versions.
func readTrap(pdu []byte) (device.Trap, bool) {
	if len(pdu) == 0 || pdu[0] != tagTrap2 && pdu[0] != tagInform {
		return device.Trap{}, false
	}
	message := append([]byte{tagInteger, 1, byte(gosnmp.Version2c), tagOctets, 0}, pdu...)
	codec := &gosnmp.GoSNMP{Version: gosnmp.Version2c}
	p, err := safely(func() (*gosnmp.SnmpPacket, error) {
		return codec.SnmpDecodePacket(appendTLV(nil, tagSequence, message))
	})
	if err != nil {
		return device.Trap{}, false
	}
	trap := device.Trap{Event: device.TrapOther, Inform: pdu[0] == tagInform}
	for _, v := range p.Variables[:min(len(p.Variables), maxTrapObjects)] {
		value := toValue(v)
		if v.Name == snmpTrapOID && value.shape == object {
			trap.OID, trap.Name = value.text, value.text
			if known, ok := traps[value.text]; ok {
				trap.Name, trap.Event = known.name, known.event
			}
			continue
		}
		trap.Values = append(trap.Values, device.TrapValue{OID: v.Name, Name: objectName(v.Name), Value: value.String()})
	}
	return trap, trap.OID != "" // RFC 3416 section 4.2.6: every trap names itself
}
