//go:build !linux

package probe

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/icmp"
)

// echoSocket is one ICMP socket. Its read side belongs to one goroutine.
type echoSocket struct {
	v6, raw bool
	id      uint16
	conn    *icmp.PacketConn
}

// received is one packet.
type received struct {
	packet []byte
	from   netip.Addr
	queued time.Duration // always 0 here: no notes of the kernel
	drops  uint32        // likewise
}

// openEchoSocket opens an unprivileged datagram socket where there is such a
// thing, else a raw one.
func openEchoSocket(v6 bool) (*echoSocket, error) {
	ping, raw, any := "udp4", "ip4:icmp", "0.0.0.0"
	if v6 {
		ping, raw, any = "udp6", "ip6:ipv6-icmp", "::"
	}
	s := &echoSocket{v6: v6, id: uint16(rand.Uint32())}
	var err, rawErr error
	if s.conn, err = icmp.ListenPacket(ping, any); err != nil {
		s.raw = true
		if s.conn, rawErr = icmp.ListenPacket(raw, any); rawErr != nil {
			return nil, errors.Join(err, rawErr)
		}
	}
	return s, nil
}

func (s *echoSocket) close() { s.conn.Close() }

func (s *echoSocket) send(packet []byte, dst netip.Addr) error {
	var to net.Addr = &net.UDPAddr{IP: dst.AsSlice(), Zone: dst.Zone()}
	if s.raw {
		to = &net.IPAddr{IP: dst.AsSlice(), Zone: dst.Zone()}
	}
	_, err := s.conn.WriteTo(packet, to)
	return err
}

func (s *echoSocket) receive(buffer []byte) (received, error) {
	n, from, err := s.conn.ReadFrom(buffer)
	if err != nil {
		return received{}, err
	}
	got := received{packet: buffer[:n]}
	switch from := from.(type) {
	case *net.UDPAddr:
		got.from, _ = netip.AddrFromSlice(from.IP)
	case *net.IPAddr:
		got.from, _ = netip.AddrFromSlice(from.IP)
	}
	got.from = got.from.Unmap()
	return got, nil
}

// unread is not known here.
func (s *echoSocket) unread() bool { return false }

// complaints come as packets here.
func (s *echoSocket) complaints(func(echoNews, netip.Addr)) {}
