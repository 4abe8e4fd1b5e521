package wire

// maxUserData is the longest data of a message between phone services and applications.
const maxUserData = 2000

// UserData is what an application and a phone tell each other.
type UserData struct {
	Application, Line, Ref, Transaction uint32
	Data                                []byte // at most 2000 bytes
}

func (m *UserData) layout(f fields) fields {
	n := count(m.Data, maxUserData)
	f = f.u32s(&m.Application, &m.Line, &m.Ref, &m.Transaction, &n)
	return f.rest(&m.Data, int(min(n, maxUserData)))
}

// UserDataVersion1 is UserData with more about how to show it.
type UserDataVersion1 struct {
	Application, Line, Ref, Transaction                  uint32
	Sequence, Priority, Conference, AppInstance, Routing uint32
	Data                                                 []byte // at most 2000 bytes
}

func (m *UserDataVersion1) layout(f fields) fields {
	n := count(m.Data, maxUserData)
	f = f.u32s(&m.Application, &m.Line, &m.Ref, &m.Transaction, &n)
	f = f.u32s(&m.Sequence, &m.Priority, &m.Conference, &m.AppInstance, &m.Routing)
	return f.rest(&m.Data, int(min(n, maxUserData)))
}

// DeviceToUserData is data of a phone.
type DeviceToUserData struct{ UserData }

func (*DeviceToUserData) ID() uint32 { return IDDeviceToUserData }

// DeviceToUserDataResponse answers data of an application.
type DeviceToUserDataResponse struct{ UserData }

func (*DeviceToUserDataResponse) ID() uint32 { return IDDeviceToUserDataResponse }

// DeviceToUserDataVersion1 is data of a phone.
type DeviceToUserDataVersion1 struct{ UserDataVersion1 }

func (*DeviceToUserDataVersion1) ID() uint32 { return IDDeviceToUserDataVersion1 }

// DeviceToUserDataResponseVersion1 answers data of an application.
type DeviceToUserDataResponseVersion1 struct{ UserDataVersion1 }

func (*DeviceToUserDataResponseVersion1) ID() uint32 { return IDDeviceToUserDataResponseVersion1 }

// UserToDeviceData is data of an application.
type UserToDeviceData struct{ UserData }

func (*UserToDeviceData) ID() uint32 { return IDUserToDeviceData }

// UserToDeviceDataVersion1 is data of an application.
type UserToDeviceDataVersion1 struct{ UserDataVersion1 }

func (*UserToDeviceDataVersion1) ID() uint32 { return IDUserToDeviceDataVersion1 }
