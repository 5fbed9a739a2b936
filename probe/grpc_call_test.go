package probe

import (
	"context"
	"crypto/tls"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionalpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// roomsProto is the interface of a conference. It stands here as a descriptor, since
// code generated from it would be the only generated code there is.
const roomsProto = `
syntax: "proto3" name: "rooms.proto" package: "conference.v1" dependency: "google/protobuf/timestamp.proto" dependency: "who.proto"
message_type { name: "JoinRequest" field { name: "room" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "room" } }
message_type { name: "JoinReply"
  field { name: "members" number: 1 type: TYPE_INT64 label: LABEL_OPTIONAL json_name: "members" }
  field { name: "open" number: 2 type: TYPE_BOOL label: LABEL_OPTIONAL json_name: "open" }
  field { name: "since" number: 3 type: TYPE_MESSAGE type_name: ".google.protobuf.Timestamp" label: LABEL_OPTIONAL json_name: "since" }
  field { name: "host" number: 4 type: TYPE_MESSAGE type_name: ".conference.v1.Who" label: LABEL_OPTIONAL json_name: "host" }
  field { name: "note" number: 5 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "note" }
}
service { name: "Rooms"
  method { name: "Join" input_type: ".conference.v1.JoinRequest" output_type: ".conference.v1.JoinReply" }
  method { name: "Watch" input_type: ".conference.v1.JoinRequest" output_type: ".conference.v1.JoinReply" server_streaming: true }
}`

const whoProto = `syntax: "proto3" name: "who.proto" package: "conference.v1"
message_type { name: "Who" field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "name" } }`

// conference is the interface, and its descriptors as a file.
func conference(t *testing.T) (*protoregistry.Files, []byte) {
	t.Helper()
	set := &descriptorpb.FileDescriptorSet{}
	for _, text := range []string{whoProto, roomsProto} {
		f := &descriptorpb.FileDescriptorProto{}
		if err := prototext.Unmarshal([]byte(text), f); err != nil {
			t.Fatal(err)
		}
		set.File = append(set.File, f)
	}
	written, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	set.File = append(set.File, protodesc.ToFileDescriptorProto(mustFind(t, "google/protobuf/timestamp.proto")))
	files, err := protodesc.NewFiles(set)
	if err != nil {
		t.Fatal(err)
	}
	return files, written
}

func mustFind(t *testing.T, path string) protoreflect.FileDescriptor {
	t.Helper()
	f, err := protoregistry.GlobalFiles.FindFileByPath(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// roomService serves Join with dynamic messages.
func roomService(t *testing.T, files *protoregistry.Files) func(*grpc.Server) {
	d, err := files.FindDescriptorByName("conference.v1.Rooms")
	if err != nil {
		t.Fatal(err)
	}
	join := d.(protoreflect.ServiceDescriptor).Methods().ByName("Join")
	answer := func(ctx context.Context, in any) (any, error) {
		room := in.(*dynamicpb.Message).Get(join.Input().Fields().ByName("room")).String()
		out := dynamicpb.NewMessage(join.Output())
		set := func(name protoreflect.Name, v any) {
			out.Set(join.Output().Fields().ByName(name), protoreflect.ValueOf(v))
		}
		switch room {
		case "r-1":
		case "closed":
			return nil, status.Error(codes.NotFound, "no such room")
		case "locked":
			md, _ := metadata.FromIncomingContext(ctx)
			return nil, status.Error(codes.PermissionDenied, "not with "+strings.Join(md.Get("x-token"), ""))
		case "hanging":
			<-ctx.Done()
			return nil, ctx.Err()
		case "slow behind":
			return nil, status.Error(codes.DeadlineExceeded, "the database did not answer")
		case "large":
			set("note", strings.Repeat("x", 100_000))
		}
		set("members", int64(3))
		set("open", true)
		return out, nil
	}
	return func(s *grpc.Server) {
		s.RegisterService(&grpc.ServiceDesc{
			ServiceName: "conference.v1.Rooms",
			Methods: []grpc.MethodDesc{{MethodName: "Join", Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				in := dynamicpb.NewMessage(join.Input())
				if err := decode(in); err != nil {
					return nil, err
				}
				return answer(ctx, in)
			}}},
		}, nil)
	}
}

func TestGRPCCall(t *testing.T) {
	t.Parallel()
	files, set := conference(t)
	rooms := roomService(t, files)
	ca := newAuthority(t)
	bare := grpcServer(t, nil, rooms)
	secured := grpcServer(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, nil)}}, rooms)
	told := grpcServer(t, nil, func(s *grpc.Server) {
		rooms(s)
		reflectionpb.RegisterServerReflectionServer(s, reflection.NewServerV1(reflection.ServerOptions{Services: s, DescriptorResolver: files}))
	})
	older := grpcServer(t, nil, func(s *grpc.Server) {
		rooms(s)
		reflectionalpha.RegisterServerReflectionServer(s, reflection.NewServer(reflection.ServerOptions{Services: s, DescriptorResolver: files}))
	})
	three, four := 3.0, 4.0
	join := func(room string, match ...check.JSONMatch) *check.GRPCCall {
		return &check.GRPCCall{Method: "conference.v1.Rooms/Join", Request: `{"room":"` + room + `"}`, Descriptors: set, JSONMatch: match}
	}
	with := func(c *check.GRPCCall, change func(*check.GRPCCall)) *check.GRPCCall { change(c); return c }
	reflected := func(c *check.GRPCCall) { c.Descriptors = nil }
	plain := func(address string, c *check.GRPCCall) check.GRPC {
		return check.GRPC{Address: address, Plaintext: true, Call: c, Metadata: []check.Header{{Name: "x-token", Value: secret.New("open sesame")}}}
	}
	right := []check.JSONMatch{{Path: "open", Equal: "true"}, {Path: "members", Min: &three}, {Path: "host", Equal: "null"}}
	for name, tt := range map[string]struct {
		ask    check.GRPC
		state  check.State
		reason check.Reason
		says   string
	}{
		"by a descriptor set":   {plain(bare, join("r-1", right...)), check.Up, check.ReasonNone, ""},
		"by reflection":         {plain(told, with(join("r-1", right...), reflected)), check.Up, check.ReasonNone, ""},
		"by older reflection":   {plain(older, with(join("r-1", right...), reflected)), check.Up, check.ReasonNone, ""},
		"over TLS":              {check.GRPC{Address: secured, TLS: check.TLSOptions{Roots: ca.pool}, Call: join("r-1")}, check.Up, check.ReasonNone, ""},
		"an error, as expected": {plain(bare, with(join("closed"), func(c *check.GRPCCall) { c.Code = "NOT_FOUND" })), check.Up, check.ReasonNone, ""},
		"an error":              {plain(bare, join("closed")), check.Down, check.ReasonStatus, "Join answers NOT_FOUND: no such room"},
		"no error":              {plain(bare, with(join("r-1"), func(c *check.GRPCCall) { c.Code = "NOT_FOUND" })), check.Down, check.ReasonStatus, "Join answers OK"},
		"not allowed":           {plain(bare, join("locked")), check.Down, check.ReasonAuth, "the server does not accept us: not with [hidden]"},
		"wrong value":           {plain(bare, join("r-1", check.JSONMatch{Path: "open", Equal: "false"})), check.Down, check.ReasonContent, "the JSON value open is true, and not false"},
		"too few":               {plain(bare, join("r-1", check.JSONMatch{Path: "members", Min: &four})), check.Down, check.ReasonContent, "the JSON value members is 3, and should be a number of at least 4"},
		"no match":              {plain(bare, join("r-1", check.JSONMatch{Path: "note", Match: check.Match{Pattern: regexp.MustCompile("hello")}})), check.Down, check.ReasonContent, "the JSON value note"},
		"too large":             {plain(bare, with(join("large"), func(c *check.GRPCCall) { c.MaxMessage = 1000 })), check.Down, check.ReasonContent, "the answer has more than the 1000 bytes that are read"},
		"hangs":                 {plain(bare, join("hanging")), check.Down, check.ReasonTimeout, "no answer within"},
		"slow behind":           {plain(bare, join("slow behind")), check.Down, check.ReasonTimeout, "Join answers DEADLINE_EXCEEDED: the database did not answer"},
		"no reflection":         {plain(bare, with(join("r-1"), reflected)), check.Unknown, check.ReasonInternal, "the server has no reflection: set descriptor_file"},
		"no such service":       {plain(told, with(join("r-1"), func(c *check.GRPCCall) { c.Descriptors, c.Method = nil, "conference.v1.Halls/Join" })), check.Down, check.ReasonStatus, "the server knows no conference.v1.Halls: reflection answers"},
		"no such method":        {plain(told, with(join("r-1"), func(c *check.GRPCCall) { c.Descriptors, c.Method = nil, "conference.v1.Rooms/Leave" })), check.Down, check.ReasonStatus, "has no method Leave: it has Join, Watch"},
		"streaming":             {plain(told, with(join("r-1"), func(c *check.GRPCCall) { c.Descriptors, c.Method = nil, "conference.v1.Rooms/Watch" })), check.Unknown, check.ReasonInternal, "the method Watch streams: only unary calls can be made"},
		"another request":       {plain(told, with(join("r-1"), func(c *check.GRPCCall) { c.Descriptors, c.Request = nil, `{"rom":1}` })), check.Unknown, check.ReasonInternal, "the request is not a conference.v1.JoinRequest"},
		"not served":            {plain(grpcServer(t, nil, func(*grpc.Server) {}), join("r-1")), check.Down, check.ReasonStatus, "the server has no method Join of conference.v1.Rooms (UNIMPLEMENTED)"},
		"nobody listens":        {plain(closedPort(t), join("r-1")), check.Down, check.ReasonRefused, "refused"},
		"no gRPC":               {plain(target(t, scripted("220 mail.test\r\n")), with(join("r-1"), reflected)), check.Down, check.ReasonProtocol, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := patience
			if name == "hangs" {
				limit = brief
			}
			o := waitsFor(t, newProbe(t, tt.ask), limit, tt.reason, tt.says)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
			}
			if o.Detail != nil && strings.Contains(describe(o), "sesame") {
				t.Errorf("shows a secret: %s", describe(o))
			}
		})
	}
}

// TestGRPCCallLearns asks for the interface once, and again after a failure.
func TestGRPCCallLearns(t *testing.T) {
	files, _ := conference(t)
	asked := 0
	address := grpcServer(t, nil, func(s *grpc.Server) {
		roomService(t, files)(s)
		reflectionpb.RegisterServerReflectionServer(s, reflection.NewServerV1(reflection.ServerOptions{Services: s, DescriptorResolver: files}))
	}, grpc.StreamInterceptor(func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		asked++
		return next(srv, stream)
	}))
	probe := newProbe(t, check.GRPC{Address: address, Plaintext: true, Call: &check.GRPCCall{Method: "conference.v1.Rooms/Join", Request: `{"room":"r-1"}`}})
	for range 3 {
		want(t, outcomeOf(t, probe, patience), check.Up, check.ReasonNone)
	}
	if asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
}

func TestGRPCCallParameters(t *testing.T) {
	_, set := conference(t)
	for name, c := range map[string]check.GRPCCall{
		"no method":     {Method: "conference.v1.Rooms"},
		"bad name":      {Method: "a b/Join"},
		"bad code":      {Method: "a.B/C", Code: "FINE"},
		"no set":        {Method: "conference.v1.Rooms/Join", Descriptors: []byte("syntax = proto3;")},
		"not in it":     {Method: "conference.v1.Rooms/Leave", Descriptors: set},
		"a message":     {Method: "conference.v1.Who/Join", Descriptors: set},
		"streaming":     {Method: "conference.v1.Rooms/Watch", Descriptors: set},
		"other request": {Method: "conference.v1.Rooms/Join", Descriptors: set, Request: `{"room":5}`},
		"modifier":      {Method: "conference.v1.Rooms/Join", JSONMatch: []check.JSONMatch{{Path: "@this"}}},
	} {
		_, err := newGRPC(check.GRPC{Address: "localhost:1", Call: &c})
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		t.Log(err)
	}
}
