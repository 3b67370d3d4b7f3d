//! Names and sentences that belong to nobody (`domain.md` 7.4).

use twinning_entity::activity::ActivityKind;

pub(super) const CITIES: &[(&str, &str)] = &[("云岚市", "880100"), ("江澜市", "880200")];
pub(super) const DISTRICTS: &[&str] = &[
    "东屏区",
    "西汀区",
    "南圃区",
    "北岫区",
    "新湖区",
    "松屿区",
    "丹霞区",
    "梅坞区",
    "竹溪区",
    "兰亭区",
    "菊泉区",
    "荷塘区",
    "枫桥区",
];
pub(super) const STREETS: &[&str] =
    &["桂苑路", "文昌里", "清水湾", "望云台", "听雨巷", "石榴坊", "银杏道", "青槐门", "柳岸", "稻香", "晴川", "明月"];
pub(super) const FIRST: &[char] = &['春', '和', '安', '康', '福', '瑞', '锦', '云'];
pub(super) const LAST: &[char] = &['苑', '里', '园', '庭', '坊', '居'];
pub(super) const SURNAMES: &[(&str, u32)] = &[
    ("王", 7),
    ("李", 7),
    ("张", 7),
    ("刘", 5),
    ("陈", 5),
    ("杨", 3),
    ("赵", 3),
    ("黄", 3),
    ("周", 2),
    ("吴", 2),
    ("欧阳", 1),
];
pub(super) const GIVEN: &[char] = &[
    '文', '明', '海', '静', '丽', '军', '洋', '艳', '勇', '敏', '杰', '娟', '涛', '超', '霞', '平', '刚', '桂', '旻',
    '喆',
];
/// Mix of kinds (`domain.md` 7.3), in percent.
pub(super) const KINDS: &[(ActivityKind, u32)] = &[
    (ActivityKind::ThemePartyDay, 24),
    (ActivityKind::ExchangeVisit, 20),
    (ActivityKind::Symposium, 18),
    (ActivityKind::VolunteerService, 16),
    (ActivityKind::OnlineExchange, 10),
    (ActivityKind::CulturalActivity, 7),
    (ActivityKind::JointActivity, 5),
];
pub(super) const TOPICS: &[&str] = &[
    "楼栋党小组",
    "小区议事",
    "垃圾分类",
    "加装电梯",
    "红色物业",
    "邻里守望",
    "养老服务",
    "四点半课堂",
    "网格巡查",
    "矛盾调处",
    "志愿积分",
    "停车共治",
    "老旧小区改造",
    "文化节",
    "防汛备勤",
    "楼道美化",
];
pub(super) const SENTENCES: &[&str] = &[
    "双方就{}的做法交换了意见，商定每季度互访一次。",
    "与会人员实地察看了{}的现场，听取了居民代表的评价。",
    "针对{}中的难点，先由楼栋长收集意见，再由议事会拟定方案。",
    "方案张榜公示七天，收到的意见逐条答复，{}的费用由各方分担。",
    "党员骨干分成三组，分别负责{}的宣传、联络和记录。",
    "下一步将把{}列入年度计划，由联络员按月通报进展。",
    "居民普遍认为{}解决了多年的老问题，也指出了管护的短板。",
    "有关{}的台账由社区统一保存，资料按年归档，便于查阅。",
    "经验可以归纳为三条：事前商量、过程公开、结果评议，{}尤其如此。",
    "对方提出，{}能否落地，关键在于有没有人牵头、有没有场地、有没有规矩。",
];
