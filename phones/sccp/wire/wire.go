// Package wire is the SCCP (Skinny) codec: messages of both directions as Go
// structs, their frames as bytes, and nothing else. It keeps no state, starts no
// goroutine and imports the standard library only; phones/sccp (the server) and
// phones/skinny (a phone) may import it.
//
// Each message is a struct named as in the protocol, without the word "Message".
// Messages are used through pointers. One method per message, layout, names its
// fields in the order of the wire and serves both Encode and Decode.
//
// Strings are bytes as the phone has them: plain ASCII, UTF-8 on phones that know
// it, and the two-byte codes of the built-in texts (see Text).
package wire

// Message is one SCCP message, always a pointer to a struct of this package.
type Message interface {
	// ID is the message identifier, one of the ID constants.
	ID() uint32
	// layout writes the fields to f, or fills them from it.
	layout(f fields) fields
}

// MaxBody is the longest body that is read, in bytes. MaxVersion is the highest
// protocol version whose layouts are known.
const (
	MaxBody    = 8<<10 - headerSize
	MaxVersion = 22
)

// Unknown is a message that this package has no struct for.
type Unknown struct {
	Number uint32 // message identifier
	Body   []byte
}

func (m *Unknown) ID() uint32 { return m.Number }

func (m *Unknown) layout(f fields) fields { return f.rest(&m.Body, MaxBody) }

// Encode appends the whole frame of m to dst: header, body, padding to a multiple
// of 4. inUse is the negotiated protocol version, 0 before it is known; layouts
// and the version word of the header follow it. Nothing is allocated when dst has
// room. Texts that are too long for their field are cut.
func Encode(dst []byte, m Message, inUse int) []byte {
	return m.layout(begin(dst, inUse)).finish(dst, m.ID())
}

// Decode reads the body of a message with the identifier id. version is the
// version word of its header; it stands in for inUse, the negotiated protocol
// version, as long as that is 0. Bodies may be shorter than the layout (what is
// missing is zero) or longer (the rest is ignored). An identifier that is not
// known gives *Unknown. The message shares nothing with body. The error is nil for
// every body of at most MaxBody bytes.
func Decode(id, version uint32, body []byte, inUse int) (Message, error) {
	if len(body) > MaxBody {
		return nil, ErrLength
	}
	if inUse == 0 {
		inUse = int(min(version, MaxVersion))
	}
	m := blank(id)
	m.layout(fields{buf: body, inUse: inUse})
	return m, nil
}
