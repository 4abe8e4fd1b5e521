package wire

// ConnectionStatisticsReq asks for the statistics of a call.
type ConnectionStatisticsReq struct {
	Number string
	Ref    uint32
	Keep   uint32 // 1: the phone goes on counting, 0: it starts again
}

func (*ConnectionStatisticsReq) ID() uint32 { return IDConnectionStatisticsReq }

func (m *ConnectionStatisticsReq) layout(f fields) fields {
	return f.aligned(&m.Number, 18).u32s(&m.Ref, &m.Keep)
}

// ConnectionStatisticsRes answers it.
type ConnectionStatisticsRes struct {
	Number                  string
	Ref                     uint32
	Keep                    uint8 // as in the request
	SentPackets, SentOctets uint32
	Packets, Octets, Lost   uint32 // received
	Jitter, Latency         uint32 // ms
	Quality                 string // at most 599 bytes
}

func (*ConnectionStatisticsRes) ID() uint32 { return IDConnectionStatisticsRes }

func (m *ConnectionStatisticsRes) layout(f fields) fields {
	f = f.aligned(&m.Number, 20).u32(&m.Ref).u8(&m.Keep)
	if f.inUse < 22 { // packed since then
		f = f.pad(3)
	}
	size := uint32(len(cut(m.Quality, maxQuality)))
	f = f.u32s(&m.SentPackets, &m.SentOctets, &m.Packets, &m.Octets, &m.Lost, &m.Jitter, &m.Latency, &size)
	return f.tail(&m.Quality, maxQuality+1)
}

const maxQuality = 599

// aligned is the directory number of these two messages: 24 bytes, and 28 from a
// protocol version on.
func (f fields) aligned(p *string, since int) fields {
	if f.inUse >= since {
		return f.text(p, 25).pad(3)
	}
	return f.text(p, 24)
}
