package probe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

const (
	// echoBuffer is asked for as receive buffer: 10,000 replies in one burst.
	echoBuffer = 4 << 20

	// echoSendTries get a request past the complaints about earlier ones, which an
	// unprivileged socket reports at the next send, whoever that goes to.
	echoSendTries = 4
)

// echoSocket is one ICMP socket. Its read side belongs to one goroutine; send and
// unread are safe for concurrent use.
type echoSocket struct {
	v6, raw bool
	id      uint16 // of our requests on a raw socket; else the kernel chooses it

	ip  *net.IPConn  // when raw
	udp *net.UDPConn // when not
	fd  syscall.RawConn
	oob []byte // owned by receive
}

// received is one packet.
type received struct {
	packet []byte
	from   netip.Addr
	queued time.Duration // in our receive buffer; 0 if not known
	drops  uint32        // packets that found our receive buffer full, since it was opened
}

// openEchoSocket opens an unprivileged datagram socket if net.ipv4.ping_group_range
// allows that, else a raw socket, for which CAP_NET_RAW is needed.
func openEchoSocket(v6 bool) (*echoSocket, error) {
	s, err := openPingSocket(v6)
	if err == nil {
		return s, nil
	}
	raw, rawErr := openRawSocket(v6)
	if rawErr != nil {
		return nil, errors.Join(err, rawErr)
	}
	return raw, nil
}

func openPingSocket(v6 bool) (*echoSocket, error) {
	domain, protocol := unix.AF_INET, unix.IPPROTO_ICMP
	if v6 {
		domain, protocol = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	file := os.NewFile(uintptr(fd), "icmp")
	defer file.Close() // FilePacketConn holds a duplicate
	var bind unix.Sockaddr = &unix.SockaddrInet4{}
	if v6 {
		bind = &unix.SockaddrInet6{}
	}
	if err := unix.Bind(fd, bind); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	conn, err := net.FilePacketConn(file)
	if err != nil {
		return nil, err
	}
	udp, ok := conn.(*net.UDPConn)
	if !ok {
		conn.Close()
		return nil, fmt.Errorf("ICMP datagram socket is a %T", conn)
	}
	s := &echoSocket{v6: v6, udp: udp, oob: make([]byte, 512)}
	return s, s.tune(udp)
}

func openRawSocket(v6 bool) (*echoSocket, error) {
	network := "ip4:icmp"
	if v6 {
		network = "ip6:ipv6-icmp"
	}
	conn, err := net.ListenPacket(network, "")
	if err != nil {
		return nil, err
	}
	ip := conn.(*net.IPConn)
	s := &echoSocket{v6: v6, raw: true, ip: ip, id: uint16(rand.Uint32()), oob: make([]byte, 512)}
	if err := s.filter(); err != nil {
		ip.Close()
		return nil, err
	}
	return s, s.tune(ip)
}

// filter keeps what we do not look at, mostly other hosts' requests, out of our
// receive buffer.
func (s *echoSocket) filter() error {
	if s.v6 {
		var f ipv6.ICMPFilter
		f.SetAll(true)
		f.Accept(ipv6.ICMPTypeEchoReply)
		f.Accept(ipv6.ICMPTypeDestinationUnreachable)
		f.Accept(ipv6.ICMPTypePacketTooBig)
		f.Accept(ipv6.ICMPTypeTimeExceeded)
		return ipv6.NewPacketConn(s.ip).SetICMPFilter(&f)
	}
	var f ipv4.ICMPFilter
	f.SetAll(true)
	f.Accept(ipv4.ICMPTypeEchoReply)
	f.Accept(ipv4.ICMPTypeDestinationUnreachable)
	f.Accept(ipv4.ICMPTypeTimeExceeded)
	return ipv4.NewPacketConn(s.ip).SetICMPFilter(&f)
}

// tune asks for a large buffer, for the kernel's notes on each packet and, on an
// unprivileged socket, for the complaints of routers. Only the last matters for
// being right, and a kernel without it still pings.
func (s *echoSocket) tune(conn syscall.Conn) error {
	var err error
	if s.fd, err = conn.SyscallConn(); err != nil {
		return err
	}
	return s.fd.Control(func(fd uintptr) {
		f := int(fd)
		if unix.SetsockoptInt(f, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, echoBuffer) != nil {
			_ = unix.SetsockoptInt(f, unix.SOL_SOCKET, unix.SO_RCVBUF, echoBuffer)
		}
		_ = unix.SetsockoptInt(f, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
		_ = unix.SetsockoptInt(f, unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1)
		switch {
		case s.raw:
		case s.v6:
			_ = unix.SetsockoptInt(f, unix.SOL_IPV6, unix.IPV6_RECVERR, 1)
		default:
			_ = unix.SetsockoptInt(f, unix.SOL_IP, unix.IP_RECVERR, 1)
		}
	})
}

func (s *echoSocket) close() {
	if s.raw {
		s.ip.Close()
		return
	}
	s.udp.Close()
}

func (s *echoSocket) send(packet []byte, dst netip.Addr) error {
	if s.raw {
		_, err := s.ip.WriteToIP(packet, &net.IPAddr{IP: dst.AsSlice(), Zone: dst.Zone()})
		return err
	}
	var err error
	for range echoSendTries {
		if _, err = s.udp.WriteToUDPAddrPort(packet, netip.AddrPortFrom(dst, 0)); err == nil {
			return nil
		}
	}
	return err
}

// receive waits for one packet and strips its IP header.
func (s *echoSocket) receive(buffer []byte) (received, error) {
	var got received
	var n, oobn int
	var err error
	if s.raw {
		var from *net.IPAddr
		n, oobn, _, from, err = s.ip.ReadMsgIP(buffer, s.oob)
		if from != nil {
			got.from, _ = netip.AddrFromSlice(from.IP)
		}
	} else {
		var from netip.AddrPort
		n, oobn, _, from, err = s.udp.ReadMsgUDPAddrPort(buffer, s.oob)
		got.from = from.Addr()
	}
	if err != nil {
		return received{}, err
	}
	got.from = got.from.Unmap().WithZone("")
	got.read(s.oob[:oobn], time.Now())
	got.packet = buffer[:n]
	if s.raw && !s.v6 {
		got.packet = withoutIPv4Header(got.packet)
	}
	return got, nil
}

// withoutIPv4Header returns the payload of an IPv4 datagram, or nothing.
func withoutIPv4Header(b []byte) []byte {
	if len(b) < ipv4.HeaderLen {
		return nil
	}
	length := int(b[0]&0x0f) * 4
	if length < ipv4.HeaderLen || length > len(b) {
		return nil
	}
	return b[length:]
}

// read takes what the kernel notes about a packet: when it was received, as on a
// busy machine waiting for us is a large part of what would otherwise count as round
// trip, and how many packets it had to drop, for which no target is to blame.
func (r *received) read(oob []byte, now time.Time) {
	for len(oob) > 0 {
		header, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			return
		}
		oob = rest
		switch {
		case header.Level != unix.SOL_SOCKET:
		case header.Type == unix.SCM_TIMESTAMPNS && len(data) >= int(unsafe.Sizeof(unix.Timespec{})):
			ts := (*unix.Timespec)(unsafe.Pointer(&data[0]))
			r.queued = max(now.Sub(time.Unix(ts.Unix())), 0)
		case header.Type == unix.SO_RXQ_OVFL && len(data) >= 4:
			r.drops = binary.NativeEndian.Uint32(data)
		}
	}
}

// unread reports whether more than half of the receive buffer is in use.
func (s *echoSocket) unread() bool {
	var info [unix.SK_MEMINFO_VARS]uint32
	size := uint32(unsafe.Sizeof(info))
	var errno syscall.Errno
	err := s.fd.Control(func(fd uintptr) {
		_, _, errno = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	})
	return err == nil && errno == 0 && info[unix.SK_MEMINFO_RMEM_ALLOC] > info[unix.SK_MEMINFO_RCVBUF]/2
}
