"""Words that decide whether a word is a name: data, all in plain lower-case letters."""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Who is called Mr. Park is no child. The short ones count in small letters too.
SHORT_TITLES = _set("mr mrs ms mx dr sr sra srta")
TITLES = SHORT_TITLES | _set(
    "miss mister coach teacher principal officer nurse doctor professor senor senora senorita "
    "maestra maestro profe profesor profesora doctora director directora"
)

# Inside a family name, and no name by themselves.
PARTICLES = _set(
    "de del la las los le el al da das do dos du di y e san santa mac mc van von der den bin ibn "
    "abu dela delos st"
)

WEEKDAYS = _set("monday tuesday wednesday thursday friday saturday lunes martes miercoles jueves")

# Words that are also somebody's name: they count only when capitalised, and for somebody who is
# not known to take part only inside a sentence.
COMMON = PARTICLES | _set(
    # of two letters
    "ah am an as at be by go ha he hi ho if in is it jo ok me my no of oh on or so to tu un up "
    "us we ya yo su se si mi te lo va ve ni ir "
    # English
    "ace amber amen angel angelo april archer art ash aspen august aurora autumn axel baker "
    "ball banks bar baron barn bay bear bee bell berry best bill birch bird bishop black blade "
    "blaze bliss bloom blue bly bond booker booth bowman boy boys braid branch brand brandy "
    "brave bray breeze brick bridge bridges brook brooks brown buck bud bunny burger burn burns "
    "bush buster butcher butler cage can candy caprice carol carpenter carry carter case cash "
    "cat cedar chance chandler chapel charity charm chase chastity cherish cherry chew chili "
    "china christian chuck church clay clear cliff cloud clover coal cook cooper coral cotton "
    "court cox crane creek crew cross crow crystal curry cypress daisy dale dandy dash dawn day "
    "dean dell denim destiny dew diamond dill dolly door dot dove drake draw drew duke dusty "
    "eagle earl early east easter easton echo ember emerald english ever every evening faith "
    "fall farmer fawn fern field fields fin finch fine fisher flag fleet flint flower flowers "
    "ford forest forrest foster fox frank free freedom french friend frost fry fuller game "
    "games gap garden gardener garner gates gem gene genesis gentle ginger glad glade glass "
    "glen glory gold golden good grace gracious grand grant gray green grey grove guard guy "
    "hall ham hand handy happy harbor hardy harmony harp hawk hay haven hazel head heart heath "
    "heather heaven henna hero hill hills holiday holly honesty honey honor hood hook hope "
    "house hunt hunter iris iron ivory ivy jack jade jasmine jay jewel job jolly journey joy "
    "juniper june justice keen kid kind king kit knight lake lamb lance lane lark laurel law "
    "lawless leader leaf lee legend liberty light lilac lily lime link lion little lock long "
    "lord loud love lovely low lucky luck magic major man manly maple march mark marks marine "
    "market marry marsh mass mate max maverick may maybe meadow melody mercy merit merry miles "
    "mill miller min mine mint misty moody moon moss mound nap nest never new nice nick noble "
    "noel noon north oak oaks ocean odd olive onyx opal page pace painter pan pansy paris park "
    "parker parks pass pat patience patty peace peach pearl penny pepper perry person peters "
    "petty phoenix pierce pike pine piper plant pole pond pool poole pope poppy pound power "
    "powers precious price pride prince princess promise prosper purple queen rain rains rainy "
    "ram ranger rave raven ray read reed reef rein rest rice rich rider ridge ring rivers river "
    "roach road rob robin robe rock rocky roman rook rooms root rose rosy royal ruby rue rush "
    "rust rusty sable sage sailor sale sales salt sand sandy savage scarlet scout sea season "
    "see serenity set shade sharp shell shepherd shore short silver singer singh sky skye slate "
    "small smart smith snow solo song sparks spring stack star starling start steel still stock "
    "stone storm story street strong sue sugar summer summers sun sunday sunny swan sweet swift "
    "tab tailor tan tate teal temple thorn tiger time tiny todd tom topaz trace trinity trip "
    "true truth tucker turner ty unity valentine van vale valley victory viola violet wade "
    "walker wall walls ward warden warren water waters wave way weeks well wells west wheat "
    "wheeler whip white wild wilder will willow win wind wing winner winter winters wise wolf "
    "wonder wood woods worth yard young zen zeal zephyr "
    # Spanish
    "abril agosto alba alegria alma altagracia amada amado amor angeles arena ay bella bello "
    "blanca blanco bravo cabello cabeza calle campo campos candela caridad castillo cielo clara "
    "claro con consuelo cruz cuevas delgado dia dias dolores domingo dulce era eres esperanza "
    "esta este estrella fe feliz feria flor flores franco gallo gracia gracias guapo guerra "
    "guerrero hermosa hierro hoya iglesias imagen jardin jesus julio junio lago leal leon "
    "libertad lima linda lindo listo lobo luna luz madera maduro malo manzana mar martes marzo "
    "mayo mayor medina mesa milagro milagros mino mora morena moreno nieves nina nino nuevo "
    "nunca otono palma palomo paloma paz perla pero piedad pilar pinto prado prieto primavera "
    "real reina rey reyes rico rio rios rojo rosa rosas rubio sala salud santo santos segura "
    "sierra sol soledad socorro soto tierra toro torre trinidad valle venus vera verano verdad "
    "verde vida villa viva yarda "
    # what a sentence of a school also holds
    "coach dad bus gym sir mom mum class room rec ela pe math stars wins "
)

# Months and seasons: no name where they date something.
DATED = _set(
    "april may june july august march january autumn summer winter spring abril mayo junio julio "
    "agosto marzo verano otono domingo sunday"
)
BEFORE_A_DATE = _set(
    "in since until till during early late mid last next this every en desde hasta este proximo "
    "pasado"
)

# A capital Will before `you` asks a question; the next words show that it is no name.
PRONOUNS = _set(
    "i you he she it we they this that these those the there a an my your his her its our their "
    "not be somebody someone anyone anybody everyone everybody god"
)
ASKING = _set("will may can hope grant mark love guard chase carry bless pray see mercy read draw")

# The Park, a Hill: after one of these a common word is no name.
ARTICLES = _set("the a an this that these those our some any un una")

# After one of these a capitalised word is the name of a place or of a thing.
PLACES = _set(
    "street st avenue ave blvd boulevard road rd drive elementary academy school park library "
    "center centre hall building room county city day week month camp break vacation festival "
    "calle escuela avenida"
)

# In small letters these go on with the sentence, even after a first name: leo park, but leo will.
VERBS = _set("will may can mark chase drew hope rose long sue rush pass still just draw love read")

# Capitalised without being a name, or the first word of a sentence: one letter off is no slip.
KNOWN = _set(
    # capitalised within a sentence
    "monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december lunes martes miercoles jueves viernes "
    "sabado domingo enero febrero abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre english spanish espanol french korean chinese vietnamese tagalog arabic american "
    "mexican christmas halloween easter thanksgiving hanukkah ramadan santa claus kinder "
    "kindergarten chromebook ipad google zoom class dojo lexia minecraft roblox fortnite "
    "pokemon mario sonic lego disney marvel spiderman batman elsa youtube tiktok amazon target "
    "california america mexico angeles family mother father grandma grandpa grandmother "
    "grandfather daddy mommy mama papa abuela abuelo mister missus miss teacher principal "
    "counselor nurse coach "
    # first words
    "about above across after afterwards again against almost alone along already also although "
    "always another anybody anyone anything around asked asking assembly attempted based became "
    "because become before began begged behind being below beside besides between beyond bigger "
    "bouncing breakfast bring brought building called calling calmed came carried carries "
    "caught caused chair chairs chased checked children choked classes classmate classmates "
    "cleaned climbed close closed coming complained continued could cried crying cursed dared "
    "dashed declined denied desks during dumped each earlier eating either ended entered even "
    "eventually everybody everyone everything extra faced failed feeling fighting finally first "
    "followed food found fourth friend friends front further gave getting girls given giving "
    "going grabbed grabs great group groups guess having head held hello help helped here "
    "hidden hitting hours however hurting ignored indoor inside instead interrupted into joined "
    "joking jumped just keeps kicked kicking kicks knocked large last late later laughed "
    "laughing learned leave leaves leaving left less lesson letting library lied lining linea "
    "little looked looking losing loud loudly lunch made maybe making many marched materials "
    "meltdown might minutes mocked moment moments more morning most moved much music names "
    "nearly needed neither never nobody noise none nothing noticed observed often older once "
    "only opened others other outside over paper papers parent parents partner party peer peers "
    "pencil people place places played playing please point pointed pulled pulling punch "
    "punched pushed pushes pushing quickly quiet quietly quite ran rather reading really recess "
    "reported reports ripped rolled rough running runs said same sang sarcastic says science "
    "scratched screamed screaming second seems sent several shared shouted shouting shoved "
    "shoves since sitting slammed slapped slowly small some somebody someone something "
    "sometimes soon speaking spilled spit staff stairs standing started starting starts stayed "
    "still stole stood stopped stops story student students substitute suddenly sure table "
    "tables taken takes taking talked talking tattled teased tells than thank thanks that their "
    "them then there therefore these they things think third this those though thought "
    "threatened three threw throughout throwing throws till times today together told tonight "
    "took toward towards tray tried tripped trying turned twice under unsafe until upset using "
    "usually very voice waited walked walking walks wanted wants warned water weather went were "
    "what whatever when whenever where whether which while whole whose with within without "
    "words worked working would write writes writing wrote yelled yelling yells yesterday young "
    "younger "
    # in Spanish
    "ahora algunos alguien antes aunque ayer cada cinco clase como cuando cuatro dejar dentro "
    "desde despues dijo donde durante ella ellas ellos empezo empujo entonces entre escuela "
    "esta estaba estaban estado estas este esto estos estudiante estudiantes fuera grito habia "
    "hacia hasta hermano hermana hoy luego maestra maestro manana mientras mismo mucho muchos "
    "nadie ninguno ninos nosotros nunca otra otras otro otros padre madre para parece patio "
    "pego pero poco porque primero primera pues queria quien quiere recreo salio salon segun "
    "segunda segundo siempre sobre solo tambien tampoco tarde tenia tercera tercero tiene tiro "
    "toda todas todo todos tres usted varios veces "
)
# Of these, some are as much a name as any: they count wherever a name would.
COMMON |= KNOWN - _set("mario elsa angeles marvel sonic claus")
NO_NAME_ENDS = ("ed", "ing", "ly", "tion", "ment", "ando", "iendo")  # of a first word

# What people are called → what they are named; either may stand on the roster.
FORMAL = {
    nick: tuple(formal.split())
    for nick, formal in (
        line.split(": ")
        for line in """\
abby: abigail
addie: addison adelaide adeline
al: albert alan alfred alberto
alex: alexander alexandra alexis alejandro alejandra alexandria alexandre
ale: alejandro alejandra
allie: allison alexandra alice
andy: andrew andres anderson
angie: angela angelica angelina
annie: anna anne ann
archie: archibald
barb: barbara
bea: beatrice beatriz
becky: rebecca rebeca
bella: isabella arabella
ben: benjamin bennett
benny: benjamin benito
bernie: bernard bernardo bernadette
bert: albert robert herbert
beth: elizabeth bethany
beto: alberto roberto humberto
betty: elizabeth
bill: william
billy: william
bob: robert
bobby: robert roberto
brad: bradley bradford
cami: camila camille
cande: candelaria
carly: carla caroline
cassie: cassandra
cate: catherine
cathy: catherine
charlie: charles charlotte carlos
chava: salvador
chayo: rosario
chela: graciela
chema: jose
chencho: lorenzo crescencio
chepe: jose
chico: francisco
chris: christopher christian christina cristina cristian christine
chucho: jesus
chuck: charles
chuy: jesus
cindy: cynthia lucinda
claudi: claudia
concha: concepcion
cory: cornelius corey
cris: cristina cristian cristobal
dan: daniel
dani: daniel daniela danielle
danny: daniel
dave: david
davy: david
deb: deborah
debbie: deborah
dee: deandre deirdre
dom: dominic domingo
don: donald
dre: andre deandre
drew: andrew
ed: edward edwin eduardo
eddie: edward eduardo edgar
edie: edith
ellie: eleanor elena elizabeth ella
emi: emiliano emilia emily emilio
emmy: emma emily
evie: eve evelyn evangeline
fabi: fabian fabiola
fer: fernando fernanda
fina: josefina
fran: frances francis francesca francisco
frankie: frank franklin francis francisco
fred: frederick alfredo federico
freddy: frederick alfredo federico
gabby: gabriel gabriela gabrielle gabriella
gabe: gabriel
gabi: gabriel gabriela
gaby: gabriela gabriel
gene: eugene eugenio
gina: regina georgina
goyo: gregorio
greg: gregory gregorio
guille: guillermo guillermina
gus: augustus gustavo august
hank: henry
harry: harold henry
isa: isabel isabella isabela isaiah
izzy: isabel isabella isabelle isadora
jack: jackson john
jackie: jacqueline jacquelyn
jake: jacob
jamie: james
javi: javier
jeff: jeffrey
jen: jennifer
jenny: jennifer
jerry: gerald gerardo jerome
jess: jessica jesse
jessie: jessica
jim: james
jimmy: james
joe: joseph jose joel
joey: joseph
johnny: john jonathan juan
jon: jonathan jonah
josh: joshua josue
juancho: juan
juanito: juan
jules: julian julia juliana
juli: julia julian juliana julieta
kat: katherine kathryn katrina
kate: katherine kathryn
kathy: katherine kathleen
katie: katherine kathryn
kay: katherine
ken: kenneth
kenny: kenneth
kiko: francisco enrique
kim: kimberly
lalo: eduardo
larry: lawrence
lau: laura
leo: leonardo leonel leonard leopold leon
lety: leticia
lexi: alexis alexandra
licha: alicia
lili: liliana lilian
lilly: lillian liliana
liz: elizabeth lizbeth elisabeth
lizzie: elizabeth
lola: dolores
lore: lorena lorenzo
lucha: luisa lucia
lucy: lucia lucille
luli: lourdes luisa
lupe: guadalupe
lupita: guadalupe
maddie: madison madeline madeleine
madi: madison madeline
maggie: margaret
manny: manuel emmanuel
manolo: manuel
mari: maria mariana marisol maribel
mario: marion
marge: margaret marjorie
mate: mateo
mati: matias
matt: matthew mateo
mauri: mauricio
max: maximilian maximiliano maximus maxine maximo
meg: margaret megan
memo: guillermo
mercy: mercedes
micky: michael miguel
mike: michael
mikey: michael miguel
mili: milagros emilia
millie: mildred millicent emilia
mitch: mitchell
moe: mohamed mohammed moses
molly: mary
moni: monica
nacho: ignacio
nando: fernando
nat: nathan natalie nathaniel natalia
nate: nathan nathaniel
naty: natalia
ned: edward
nena: magdalena
neto: ernesto
nick: nicholas nicolas dominic
nico: nicolas nicholas nicole
nikki: nicole
nora: eleanor leonora norah
ollie: oliver olivia
pablito: pablo
paco: francisco
pancho: francisco
pat: patrick patricia
patty: patricia
paty: patricia
penny: penelope
pepa: josefa
pepe: jose
pete: peter pedro
phil: philip phillip felipe
pili: pilar
pipe: felipe
polo: leopoldo
quique: enrique
rafa: rafael rafaela
raffi: rafael
ray: raymond raymundo ramon
rey: reynaldo
ricky: richard ricardo
rich: richard
rick: richard ricardo frederick
rob: robert roberto
robbie: robert
robby: robert
ron: ronald
ronnie: ronald veronica
rosie: rose rosa rosalinda rosemary
sal: salvador salvatore
sally: sarah
sam: samuel samantha samir
sammy: samuel samantha
sandy: sandra alexander
santi: santiago
seb: sebastian
sebas: sebastian
shelly: michelle
sofi: sofia sophia
sonny: santino
sophie: sophia sofia
stef: stephanie estefania
steph: stephanie stephen
steve: stephen steven esteban
sue: susan susana suzanne
susie: susan susana
tati: tatiana
ted: theodore edward
teddy: theodore edward
tere: teresa
terry: terrence teresa
tess: theresa tessa
theo: theodore theodora
tim: timothy
timmy: timothy
tina: christina cristina martina valentina
tito: alberto ernesto roberto
toby: tobias
tom: thomas tomas
tommy: thomas tomas
tono: antonio
tony: anthony antonio
tonya: antonia
toni: antonia
tori: victoria
tracy: theresa
tyler: tylor
ulis: ulises
val: valerie valentina valentin
vale: valentina valeria valentin
vero: veronica
vicky: victoria
vicente: vincent
vince: vincent vicente
vivi: viviana vivian
wally: walter
wes: wesley
will: william wilhelm guillermo
willie: william
willy: william
xime: ximena
xavi: xavier javier
yoli: yolanda
zach: zachary zechariah
zack: zachary
zay: isaiah xavier
zoe: zoey""".splitlines()
    )
}

# Words too, but ones that begin no sentence without an article: there they are names.
SELDOM_FIRST = _set(
    "alma amber angelo archer aspen aurora axel bella blanca booker bowman brandy bridges "
    "brooks candy carol chandler charity china christian clara clay consuelo coral cox crane "
    "crystal daisy dale dawn dean dell destiny dolly dolores drake duke earl easton ella ember "
    "emerald esperanza estrella fern finch flor flores ford forrest foster franco frank fuller "
    "garner gates gene genesis ginger glen harmony hazel heather holly hunter iris ivy jack "
    "jade jasmine jay jesus jewel jo juniper lance laurel leal lee leon lily lima linda luna "
    "luz maple max medina melody mercy milagros misty morena moreno nick nieves nina noel oaks "
    "olive onyx opal paloma palomo parker parks patty pearl penny perla perry peters phoenix "
    "pierce pilar piper pope poppy prado prieto ray reed rey rivers rob robin rocky roman rosa "
    "royal ruby rusty sable sandy santos scarlet serenity shepherd singh socorro sue tate todd "
    "tom topaz tucker turner unity valentine vera viola violet wade walker ward warren waters "
    "wells wheeler willow wolf woods "
)

# What somebody of this name may be called.
SHORT: dict[str, tuple[str, ...]] = {}
for _nick, _names in FORMAL.items():
    for _name in _names:
        SHORT[_name] = (*SHORT.get(_name, ()), _nick)
