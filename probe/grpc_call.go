package probe

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/tidwall/gjson"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/slamon/slamon/check"
)

// defaultGRPCMessage is the most that is read of an answer unless the check says
// otherwise, as of a body of HTTP.
const defaultGRPCMessage = 1 << 20

// grpcCall is a unary call made ready.
type grpcCall struct {
	check.GRPCCall
	service, method protoreflect.FullName
	code            codes.Code
	fixed           *grpcMethod // of the descriptor set; nil with reflection
	// learned is what reflection last told. Only a failure makes it be asked again:
	// the question costs more than most calls.
	learned atomic.Pointer[grpcMethod]
}

// grpcMethod is a method with the types around it.
type grpcMethod struct {
	protoreflect.MethodDescriptor
	types *dynamicpb.Types
}

func newGRPCCall(p check.GRPCCall) (*grpcCall, error) {
	service, method, ok := strings.Cut(strings.TrimPrefix(p.Method, "/"), "/")
	c := &grpcCall{GRPCCall: p, service: protoreflect.FullName(service), method: protoreflect.FullName(method)}
	if !ok || !c.service.IsValid() || !protoreflect.Name(c.method).IsValid() {
		return nil, fmt.Errorf("method %q: want package.Service/Method", p.Method)
	}
	if c.MaxMessage == 0 {
		c.MaxMessage = defaultGRPCMessage
	}
	if p.Code != "" {
		if err := c.code.UnmarshalJSON([]byte(strconv.Quote(p.Code))); err != nil {
			return nil, fmt.Errorf("code %q: want one of the specification, such as OK or NOT_FOUND", p.Code)
		}
	}
	for _, m := range p.JSONMatch {
		if !check.JSONPath(m.Path) {
			return nil, fmt.Errorf("JSON path %q: want one without modifiers", m.Path)
		}
	}
	if len(p.Descriptors) == 0 {
		return c, nil
	}
	files, err := descriptorSet(p.Descriptors)
	if err != nil {
		return nil, err
	}
	if c.fixed, err = c.find(files); err != nil {
		return nil, err
	}
	_, err = c.request(c.fixed)
	return c, err
}

// find looks the method up. It must be unary.
func (c *grpcCall) find(files *protoregistry.Files) (*grpcMethod, error) {
	d, err := files.FindDescriptorByName(c.service)
	if err != nil {
		return nil, fmt.Errorf("the descriptors know no service %s", c.service)
	}
	service, ok := d.(protoreflect.ServiceDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is not a service", c.service)
	}
	method := service.Methods().ByName(protoreflect.Name(c.method))
	if method == nil {
		return nil, fmt.Errorf("the service %s has no method %s: it has %s", c.service, c.method, methodNames(service))
	}
	if method.IsStreamingClient() || method.IsStreamingServer() {
		return nil, fmt.Errorf("the method %s %w", c.method, errStreams)
	}
	return &grpcMethod{method, dynamicpb.NewTypes(files)}, nil
}

var errStreams = errors.New("streams: only unary calls can be made")

func methodNames(s protoreflect.ServiceDescriptor) string {
	var names []string
	for i := range min(s.Methods().Len(), 20) {
		names = append(names, string(s.Methods().Get(i).Name()))
	}
	return strings.Join(names, ", ")
}

// request makes the message out of its JSON.
func (c *grpcCall) request(m *grpcMethod) (*dynamicpb.Message, error) {
	message := dynamicpb.NewMessage(m.Input())
	if c.Request == "" {
		return message, nil
	}
	if err := (protojson.UnmarshalOptions{Resolver: m.types}).Unmarshal([]byte(c.Request), message); err != nil {
		// The library puts a space or another one at random: its text is not stable.
		return nil, fmt.Errorf("the request is not a %s: %s", m.Input().FullName(), strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(err.Error(), "proto:"), "\u00a0"), "\u00a0", " "))
	}
	return message, nil
}

// leastMetadata is the length from which a value of the metadata is hidden where the
// server repeats it: shorter ones are words.
const leastMetadata = 6

// makeCall makes the call and judges its answer.
func (p *grpcProbe) makeCall(ctx context.Context, t *trace, link *grpcLink) check.Outcome {
	o := p.answered(ctx, t, link)
	var m masks
	for _, values := range p.metadata {
		for _, v := range values {
			if len(v) >= leastMetadata {
				m.add(v)
			}
		}
	}
	m.evidence(o.Detail)
	return o
}

func (p *grpcProbe) answered(ctx context.Context, t *trace, link *grpcLink) check.Outcome {
	c := p.call
	client, err := p.client(ctx, link, int(c.MaxMessage))
	if err != nil {
		return t.broken(check.ReasonInternal, err.Error())
	}
	defer client.Close()
	out := metadata.NewOutgoingContext(ctx, p.metadata)
	known := c.learned.Load()
	if known == nil {
		known = c.fixed
	}
	if known == nil {
		if known, err = c.learn(out, client); err != nil {
			return p.unlearned(ctx, t, link, err)
		}
		c.learned.Store(known)
	}
	o := p.exchange(out, t, link, client, known)
	if !o.State.Good() {
		c.learned.Store(nil) // another version may be running
	}
	return o
}

// exchange sends the request and judges what comes back.
func (p *grpcProbe) exchange(ctx context.Context, t *trace, link *grpcLink, client *grpc.ClientConn, m *grpcMethod) check.Outcome {
	c := p.call
	request, err := c.request(m)
	if err != nil {
		return t.broken(check.ReasonInternal, err.Error())
	}
	answer := dynamicpb.NewMessage(m.Output())
	var header, trailer metadata.MD
	err = client.Invoke(ctx, "/"+string(c.service)+"/"+string(c.method), request, answer, grpc.Header(&header), grpc.Trailer(&trailer))
	from := len(header)+len(trailer) > 0
	if s, ok := status.FromError(err); !ok || s.Code() != c.code {
		return p.otherCode(ctx, t, link, from, err)
	}
	t.enter(check.PhaseJudge)
	t.status = codeName(c.code)
	if err != nil {
		return t.up() // the error that was expected has no message
	}
	text, err := (protojson.MarshalOptions{Resolver: m.types, EmitUnpopulated: true}).Marshal(answer)
	if err != nil {
		return t.down(check.ReasonProtocol, "the answer cannot be shown as JSON: "+err.Error(), "a "+string(m.Output().FullName()), "")
	}
	t.body = text[:min(len(text), check.EvidenceLimit)]
	t.fact(check.BodyBytes, float64(len(text)))
	for _, one := range c.JSONMatch {
		if wrong := new(txRun).jsonMatch(&one, numeric(&one, gjson.GetBytes(text, one.Path))); wrong != nil {
			return wrong.outcome(t)
		}
	}
	return t.up()
}

// numeric makes a number of a text where limits are held against it: ProtoJSON
// writes numbers of 64 bits as text.
func numeric(m *check.JSONMatch, v gjson.Result) gjson.Result {
	if v.Type != gjson.String || m.Min == nil && m.Max == nil {
		return v
	}
	if _, err := strconv.ParseFloat(v.Str, 64); err != nil {
		return v
	}
	return gjson.Parse(v.Str)
}

// otherCode is the outcome of a call that did not end with the code that it should.
func (p *grpcProbe) otherCode(ctx context.Context, t *trace, link *grpcLink, from bool, err error) check.Outcome {
	c := p.call
	want := codeName(c.code)
	if err == nil {
		return t.down(check.ReasonStatus, fmt.Sprintf("%s answers OK", c.method), want, "OK")
	}
	if o, ok := p.unheard(ctx, t, link, from, err); ok {
		return o
	}
	s, _ := status.FromError(err)
	t.status = codeName(s.Code()) + ": " + s.Message()
	switch {
	case s.Code() == codes.Unimplemented:
		return t.down(check.ReasonStatus, fmt.Sprintf("the server has no method %s of %s (UNIMPLEMENTED)", c.method, c.service), want, t.status)
	case s.Code() == codes.Unauthenticated, s.Code() == codes.PermissionDenied:
		return t.down(check.ReasonAuth, "the server does not accept us: "+s.Message(), want, t.status)
	case s.Code() == codes.DeadlineExceeded: // before ours: something behind the server is slow
		return t.down(check.ReasonTimeout, fmt.Sprintf("%s answers %s", c.method, t.status), want, t.status)
	case s.Code() == codes.ResourceExhausted && strings.Contains(s.Message(), "larger than max"):
		return t.down(check.ReasonContent, fmt.Sprintf("the answer has more than the %d bytes that are read", c.MaxMessage), want, t.status)
	case !from:
		return t.down(check.ReasonProtocol, "the server does not speak gRPC: "+s.Message(), want, t.status)
	}
	return t.down(check.ReasonStatus, fmt.Sprintf("%s answers %s", c.method, t.status), want, t.status)
}

// unheard is the outcome of an error that the server did not send.
func (p *grpcProbe) unheard(ctx context.Context, t *trace, link *grpcLink, from bool, err error) (check.Outcome, bool) {
	s, ok := status.FromError(err)
	switch broken := link.broken(); {
	case !ok:
		return t.broken(check.ReasonInternal, err.Error()), true
	case ctx.Err() != nil:
		return t.failed(ctx, ctx.Err()), true
	case !from && broken != nil:
		return t.failed(ctx, broken), true
	case s.Code() == codes.DeadlineExceeded && (!from || expired(ctx)): // the server knows our deadline, and can be heard before our own timer
		return t.failed(ctx, context.DeadlineExceeded), true
	}
	return check.Outcome{}, false
}

// unlearned is the outcome of reflection that did not tell of the method.
func (p *grpcProbe) unlearned(ctx context.Context, t *trace, link *grpcLink, err error) check.Outcome {
	if missing, ok := errors.AsType[*noMethod](err); ok {
		return t.down(check.ReasonStatus, missing.Error(), string(p.call.service)+"/"+string(p.call.method), "")
	}
	if errors.Is(err, errStreams) {
		return t.broken(check.ReasonInternal, err.Error())
	}
	s, ok := status.FromError(err)
	if ok && s.Code() == codes.Unimplemented {
		return t.broken(check.ReasonInternal, "the server has no reflection: set descriptor_file (protoc --include_imports --descriptor_set_out=FILE)")
	}
	if ok && s.Code() != codes.Unavailable {
		return p.otherCode(ctx, t, link, true, err)
	}
	return p.otherCode(ctx, t, link, false, err)
}
