package modes

// factory is the configuration of an appliance that has none: that of a router
// out of the box, as far as it is common to the guide's example.
const factory = `!
version 12.4
service timestamps debug datetime msec
service timestamps log datetime msec
no service password-encryption
!
hostname Router
!
boot-start-marker
boot-end-marker
!
no aaa new-model
!
resource policy
!
ip cef
!
!
control-plane
!
line con 0
line aux 0
line vty 0 4
 login
!
scheduler allocate 20000 1000
!
end
`

// Factory is the configuration of an appliance that has none. A startup-config
// replaces it.
func Factory() []byte { return []byte(factory) }
